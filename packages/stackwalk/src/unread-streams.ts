import type { StreamEntry } from '@crashkeep/minidump'

/** Names of streams that a walk has no use for, as rust-minidump prints them; `crashkeep dump` shows what is in them. */
const names: Readonly<Record<number, string>> = {
  0: 'UnusedStream',
  1: 'ReservedStream0',
  2: 'ReservedStream1',
  8: 'ThreadExListStream',
  10: 'CommentStreamA',
  11: 'CommentStreamW',
  13: 'FunctionTable',
  18: 'HandleOperationListStream',
  19: 'TokenStream',
  20: 'JavaScriptDataStream',
  21: 'SystemMemoryInfoStream',
  22: 'ProcessVmCountersStream',
  23: 'IptTraceStream',
  65535: 'LastReservedStream',
  1197932550: 'LinuxCmdLine',
  1197932552: 'LinuxAuxv',
  1197932554: 'LinuxDsoDebug',
}

export interface UnreadStream {
  readonly type: number
  /** `undefined`: nobody here knows what it is. */
  readonly name: string | undefined
  readonly offset: number
}

/** One per type, lowest first. */
export function unreadStreams(streams: readonly StreamEntry[]): UnreadStream[] {
  const byType = new Map(streams.map((stream) => [stream.type, stream]))
  return [...byType.values()]
    .filter((stream) => names[stream.type] !== undefined || stream.name === 'unknown' || isOfWindowsCe(stream))
    .sort((a, b) => a.type - b.type)
    .map((stream) => ({ type: stream.type, name: isOfWindowsCe(stream) ? stream.name : names[stream.type], offset: stream.rva }))
}

/** The reader gives them the names that rust-minidump prints. */
function isOfWindowsCe(stream: StreamEntry): boolean {
  return stream.name.startsWith('ceStream')
}
