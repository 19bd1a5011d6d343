import { u16, u32 } from '../pdb/little-endian.ts'
import type { Problems } from '../problem.ts'
import { maxExports } from './limits.ts'
import { nameReader } from './name-reader.ts'
import { exportDirectory, type PeFile } from './read-pe.ts'

/** Names and addresses that a library offers to others; forwards to other libraries have no code here and are left out. */
export function forEachExport(pe: PeFile, problems: Problems, visit: (rva: number, name: string) => void): void {
  const directory = pe.directory(exportDirectory)
  if (directory === undefined) return
  const head = pe.read(directory.rva, 40)
  const addressCount = Math.min(u32(head, 20), maxExports)
  const nameCount = Math.min(u32(head, 24), maxExports)
  const addresses = pe.read(u32(head, 28), addressCount * 4)
  const names = pe.read(u32(head, 32), nameCount * 4)
  const ordinals = pe.read(u32(head, 36), nameCount * 2)
  if (head.length < 40 || addresses.length < addressCount * 4 || names.length < nameCount * 4 || ordinals.length < nameCount * 2) {
    problems.add('pe_exports', 'The export table is cut off.')
  }
  const readName = nameReader((rva, length) => pe.read(rva, length))
  for (let i = 0; i * 4 + 4 <= names.length && i * 2 + 2 <= ordinals.length; i++) {
    const rva = u32(addresses, u16(ordinals, i * 2) * 4)
    if (rva === 0 || (rva >= directory.rva && rva < directory.rva + directory.size)) continue
    const name = readName(u32(names, i * 4))
    if (name !== '') visit(rva, name)
  }
}
