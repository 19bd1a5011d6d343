import type { StreamEntry } from '../directory.ts'
import type { DumpView } from '../dump-view.ts'
import { maxOpaqueBytes } from '../limits.ts'
import { streamType } from '../stream-types.ts'

/** A stream whose contents this reader cannot take apart: those of other programs, of Windows CE, and the two with secret forms. */
export interface OpaqueStream extends StreamEntry {
  /** The first bytes of it. */
  readonly bytes: Uint8Array
}

const understood: ReadonlySet<number> = new Set(Object.values(streamType))

/** `streams` by type, so that of several of one type there is one. */
export function readOpaqueStreams(dump: DumpView, streams: ReadonlyMap<number, StreamEntry>): OpaqueStream[] {
  return [...streams.values()]
    .filter(({ type }) => !understood.has(type))
    .map((stream) => ({ ...stream, bytes: dump.source.read(stream.rva, Math.min(stream.size, maxOpaqueBytes)).slice() }))
}
