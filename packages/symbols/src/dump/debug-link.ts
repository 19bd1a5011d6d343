/** `.gnu_debuglink`: by what name and checksum a stripped file's debug information is found. ELF and MinGW's PE have it. */
import type { ByteSource } from '../byte-source.ts'
import { leafName } from '../symbol-path.ts'
import { Cursor } from './cursor.ts'

/** Links have a name and an id or a checksum. */
export const maxLinkBytes = 4096

export interface DebugLink {
  readonly name: string
  readonly crc: number
}

export function parseDebugLink(bytes: Uint8Array, littleEndian: boolean): DebugLink | undefined {
  const end = bytes.indexOf(0)
  const name = leafName(end < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, end)))
  const at = Math.ceil((end + 1) / 4) * 4
  if (name === undefined || at + 4 > bytes.length) return undefined
  return { name, crc: new Cursor(bytes, at, bytes.length, littleEndian).u32() }
}

/** The CRC-32 of a whole file. */
export function checksum(source: ByteSource): number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
    return value
  })
  let crc = 0xffff_ffff
  const step = 1024 * 1024
  for (let offset = 0; offset < source.size; offset += step) {
    for (const byte of source.read(offset, step)) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0)
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
