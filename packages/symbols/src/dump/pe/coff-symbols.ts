import type { ByteSource } from '../../byte-source.ts'
import { cString, u16, u32 } from '../pdb/little-endian.ts'
import { maxCoffSymbols } from './limits.ts'
import { nameReader } from './name-reader.ts'
import type { PeFile } from './read-pe.ts'

const symbolBytes = 18
const windowSymbols = 4096
const functionType = 0x20
const externalClass = 2
const staticClass = 3

/** Functions of the symbol table that MinGW leaves in programs unless they are stripped. */
export function forEachCoffFunction(source: ByteSource, pe: PeFile, visit: (rva: number, name: string) => void): void {
  const { offset, count } = pe.coffSymbols
  if (offset === 0) return
  const known = Math.min(count, maxCoffSymbols)
  const strings = offset + count * symbolBytes
  const readName = nameReader((place, length) => source.read(place, length))
  let skip = 0
  for (let first = 0; first < known; first += windowSymbols) {
    const bytes = source.read(offset + first * symbolBytes, Math.min(windowSymbols, known - first) * symbolBytes)
    for (let at = 0; at + symbolBytes <= bytes.length; at += symbolBytes) {
      if (skip > 0) {
        skip--
        continue
      }
      skip = bytes[at + 17] ?? 0
      const storage = bytes[at + 16]
      const section = pe.sections[u16(bytes, at + 12) - 1]
      if (u16(bytes, at + 14) !== functionType || section === undefined || (storage !== externalClass && storage !== staticClass)) continue
      // Eight letters, or a place in the string table.
      const name = u32(bytes, at) === 0 ? readName(strings + u32(bytes, at + 4)) : cString(bytes, at, at + 8)
      visit(section.rva + u32(bytes, at + 8), name)
    }
  }
}
