import { streamType } from '../stream-types.ts'
import type { Comments } from '../streams/comments.ts'
import type { StreamWriter } from './write-minidump.ts'

/** Streams that are nothing but text. */
export function textStreamWriters(comments: Comments, softErrors: string | undefined): StreamWriter[] {
  const writers: StreamWriter[] = []
  const { ansi, unicode } = comments
  if (ansi !== undefined) writers.push([streamType.commentA, () => new TextEncoder().encode(`${ansi}\0`)])
  if (unicode !== undefined) {
    writers.push([
      streamType.commentW,
      (out) => {
        const record = out.record(2 * unicode.length + 2)
        record.fixedUtf16(0, unicode.length + 1, unicode)
        return record.bytes
      },
    ])
  }
  if (softErrors !== undefined) writers.push([streamType.mozSoftErrors, () => new TextEncoder().encode(softErrors)])
  return writers
}
