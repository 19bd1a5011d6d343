import { type DumpView, decodeUtf8, withoutTrailingNuls } from '../dump-view.ts'
import { maxTextBytes } from '../limits.ts'
import type { Location } from '../location.ts'
import { streamType } from '../stream-types.ts'

/** What somebody wrote into the dump (`.dump /c` of the debuggers). */
export interface Comments {
  /** CommentA; its code page is unknown and read as UTF-8. */
  readonly ansi?: string
  /** CommentW. */
  readonly unicode?: string
}

export function readComments(dump: DumpView, streams: ReadonlyMap<number, Location>): Comments {
  const ansi = streams.get(streamType.commentA)
  const unicode = streams.get(streamType.commentW)
  return {
    ...(ansi !== undefined && { ansi: withoutTrailingNuls(decodeUtf8(bytesOf(dump, ansi))) }),
    ...(unicode !== undefined && { unicode: withoutTrailingNuls(dump.decodeUtf16(bytesOf(dump, unicode))) }),
  }
}

function bytesOf(dump: DumpView, at: Location): Uint8Array {
  return dump.source.read(at.rva, Math.min(dump.clip(at).size, maxTextBytes))
}
