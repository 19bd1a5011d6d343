import type { StreamEntry } from '@crashkeep/minidump'

/** Types that rust-minidump knows by name and does not read, apart from those that ours reads; and Windows CE's. */
const knownButUnread = new Set([0, 1, 2, 8, 10, 11, 13, 18, 19, 20, 21, 22, 23, 0xffff])
const windowsCe = 0x8000
const lastOfWindowsCe = 0x800c

export function unreadStreams(streams: readonly StreamEntry[]): { type: number; name: string; offset: number }[] {
  const byType = new Map(streams.map((stream) => [stream.type, stream]))
  return [...byType.values()]
    .filter(({ type, name }) => knownButUnread.has(type) || (type >= windowsCe && type <= lastOfWindowsCe) || name === 'unknown')
    .sort((a, b) => a.type - b.type)
    .map(({ type, name, rva }) => ({ type, name, offset: rva }))
}
