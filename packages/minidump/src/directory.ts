import type { DumpView } from './dump-view.ts'
import { MinidumpError } from './errors.ts'
import { directoryEntrySize, type Header } from './header.ts'
import { maxStreams } from './limits.ts'
import type { Location } from './location.ts'
import { streamName, streamType } from './stream-types.ts'

export interface StreamEntry extends Location {
  readonly type: number
  /** The format's name for the type; `unknown` when this reader has none. */
  readonly name: string
}

export function readDirectory(dump: DumpView, header: Header): StreamEntry[] {
  const declared = header.streamCount
  const whole = Math.max(0, Math.floor((dump.source.size - header.directoryRva) / directoryEntrySize))
  if (declared > 0 && whole === 0) {
    throw new MinidumpError('bad_directory', 'The list of streams lies outside the file; the dump was cut off or never finished.')
  }
  if (declared > whole) {
    dump.problems.add('truncated_directory', `The dump says it has ${declared} streams, but the file ends after ${whole} entries.`)
  } else if (declared > maxStreams) {
    dump.problems.add('limit_reached', `The dump says it has ${declared} streams; the first ${maxStreams} were read.`)
  }
  const count = Math.min(declared, whole, maxStreams)
  const fields = dump.fields(header.directoryRva, count * directoryEntrySize)
  const streams: StreamEntry[] = []
  for (let i = 0; fields !== undefined && i < count; i++) {
    const at = i * directoryEntrySize
    const type = fields.u32(at)
    streams.push({ type, name: streamName(type), size: fields.u32(at + 4), rva: fields.u32(at + 8) })
  }
  return streams
}

/** Which entry counts for each type. Of several the last one does: a writer that appends a better stream leaves the old one. */
export function indexStreams(dump: DumpView, streams: readonly StreamEntry[]): Map<number, StreamEntry> {
  const byType = new Map<number, StreamEntry>()
  for (const stream of streams) {
    // Crashpad reserves directory entries of type 0 that it may not need.
    if (stream.type === streamType.unused) continue
    if (byType.has(stream.type)) {
      dump.problems.add('duplicate_stream', `The dump has more than one ${stream.name} stream; the last one was read.`, stream.name)
    }
    if (stream.size > 0 && stream.rva + stream.size > dump.source.size) {
      const message = `${stream.name} should end at byte ${stream.rva + stream.size}, but the file has ${dump.source.size}.`
      dump.problems.add('stream_outside_file', message, stream.name)
    }
    byType.set(stream.type, stream)
  }
  return byType
}
