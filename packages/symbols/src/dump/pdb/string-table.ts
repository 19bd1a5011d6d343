import { maxStringTableBytes } from './limits.ts'
import { cString, u32 } from './little-endian.ts'
import type { MsfFile } from './msf.ts'
import { type PdbInfo, readStream } from './pdb-info.ts'

export interface StringTable {
  /** Empty where the offset is no name's. */
  get(offset: number): string
}

const magic = 0xeffe_effe
const headerBytes = 12

/** `/names`: source files and unwind programs, by their place. Some PDBs have none. */
export function readStringTable(msf: MsfFile, info: PdbInfo | undefined): StringTable {
  const bytes = readStream(msf, info?.stream('/names'), maxStringTableBytes)
  if (bytes === undefined || u32(bytes, 0) !== magic) return { get: () => '' }
  const end = Math.min(bytes.length, headerBytes + u32(bytes, 8))
  return { get: (offset) => (headerBytes + offset < end ? cString(bytes, headerBytes + offset, end) : '') }
}
