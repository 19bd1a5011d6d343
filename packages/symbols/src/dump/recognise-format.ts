import type { ByteSource } from '../byte-source.ts'
import { hasPdbMagic } from './pdb/msf.ts'

export type DebugFileFormat = 'elf' | 'pe' | 'pdb' | 'macho'

/** Thin ones of 32 and 64 bits in both byte orders; fat ones with 32 and 64 bit offsets. */
const machMagics = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe, 0xcafebabf])
/** Java's class files begin like fat Mach-O; their next field is a version of 45 or more, where a fat file has its number of parts. */
const maxFatParts = 44

/** What a file is by its first bytes, whatever its name. */
export function recogniseFormat(source: ByteSource): DebugFileFormat | undefined {
  const head = source.read(0, 64)
  if (head.length < 16) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const magic = view.getUint32(0)
  if (magic === 0x7f454c46) return 'elf'
  if (machMagics.has(magic)) {
    const fat = magic === 0xcafebabe || magic === 0xcafebabf
    return fat && view.getUint32(4) > maxFatParts ? undefined : 'macho'
  }
  if (view.getUint16(0) === 0x4d5a && head.length === 64) {
    const signature = source.read(view.getUint32(0x3c, true), 4)
    return signature.length === 4 && signature[0] === 0x50 && signature[1] === 0x45 ? 'pe' : undefined
  }
  return hasPdbMagic(head) ? 'pdb' : undefined
}
