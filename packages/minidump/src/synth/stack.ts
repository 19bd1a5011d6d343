import type { MemoryContents } from '../write/dump-contents.ts'
import { RecordWriter } from '../write/record.ts'

export interface StackOptions {
  readonly pointerBytes?: 4 | 8
  readonly littleEndian?: boolean
}

/** Memory made of pointers: `stack(0x7ffe0000n, [returnAddress, savedFp, …])`. */
export function stack(startAddress: bigint, words: readonly (bigint | number)[], options: StackOptions = {}): MemoryContents {
  const { pointerBytes = 8, littleEndian = true } = options
  const record = new RecordWriter(words.length * pointerBytes, littleEndian)
  words.forEach((word, i) => {
    if (pointerBytes === 8) record.u64(8 * i, BigInt(word))
    else record.u32(4 * i, Number(word))
  })
  return { startAddress, bytes: record.bytes }
}
