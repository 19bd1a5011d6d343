import type { DumpView } from '../dump-view.ts'
import { maxTokenBytes, maxTokens } from '../limits.ts'
import type { Location } from '../location.ts'

/** A security token of the process or of a thread; its contents have no documented form. */
export interface TokenInfo {
  /** Process or thread id. */
  readonly id: number
  readonly handle: bigint
  readonly size: number
  /** The first bytes of it. */
  readonly bytes: Uint8Array
}

const stream = 'Token'
const listHeaderSize = 16
const tokenHeaderSize = 16

export function readTokenInfoList(dump: DumpView, at: Location): TokenInfo[] {
  const list = dump.record(at, listHeaderSize, listHeaderSize, stream)
  if (list === undefined) return []
  const count = list.u32(4)
  const { size } = dump.clip(at)
  const tokens: TokenInfo[] = []
  // Both headers say their own size, so that later versions can make them longer.
  const headerSize = Math.max(tokenHeaderSize, list.u32(12))
  let offset = Math.max(listHeaderSize, list.u32(8))
  while (tokens.length < Math.min(count, maxTokens)) {
    const fields = offset + headerSize <= size ? dump.fields(at.rva + offset, tokenHeaderSize) : undefined
    const whole = fields?.u32(0) ?? 0
    // The size counts the header, so a smaller one would never come to an end.
    if (fields === undefined || whole < headerSize) break
    const length = Math.min(whole - headerSize, size - offset - headerSize)
    const bytes = dump.source.read(at.rva + offset + headerSize, Math.min(length, maxTokenBytes)).slice()
    tokens.push({ id: fields.u32(4), handle: fields.u64(8), size: whole - headerSize, bytes })
    offset += whole
  }
  if (tokens.length < count) dump.problems.add('truncated_stream', `Token has ${tokens.length} tokens where it says ${count}.`, stream)
  return tokens
}
