import type { Minidump } from '../minidump.ts'

const bytesPerLine = 16
/** How much is read and made into text at once: dumps of many gigabytes pass through little memory. */
const bytesPerPart = 64 * 1024
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The contents of all memory that the dump holds, for a person: address, bytes, characters, part by part. */
export function* formatMemory({ memory, source }: Minidump): Generator<string> {
  for (const { startAddress, size, offset } of memory.ranges) {
    yield `\nMemory at ${hex(startAddress)}, ${size} bytes:\n`
    for (let done = 0; done < size; done += bytesPerPart) {
      const bytes = source.read(offset + done, Math.min(bytesPerPart, size - done))
      yield linesOf(bytes, startAddress + BigInt(done))
      if (bytes.length < Math.min(bytesPerPart, size - done)) break
    }
  }
}

function linesOf(bytes: Uint8Array, address: bigint): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const row = bytes.subarray(at, at + bytesPerLine)
    let [digits, characters] = ['', '']
    for (const byte of row) {
      digits += ` ${hexOfByte[byte]}`
      characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
    }
    text += `  ${hex(address + BigInt(at))} ${digits.padEnd(bytesPerLine * 3)}  ${characters}\n`
  }
  return text
}

function hex(address: bigint): string {
  return `0x${address.toString(16).padStart(16, '0')}`
}
