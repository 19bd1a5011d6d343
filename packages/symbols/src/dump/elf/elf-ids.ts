import { Cursor } from '../cursor.ts'
import { type ElfFile, type ElfSection, findSection, sectionNoBits, sectionSource } from './elf-file.ts'

const noteSegment = 4
const noteSection = 7
const buildIdNote = 3
/** Notes of a core file can be large; a build id stands among the first. */
const maxNoteBytes = 1024 * 1024
const maxBuildIdBytes = 64
/** Breakpad's, for files without a build id. */
const hashedTextBytes = 4096
const idBytes = 16

/** MODULE's names of processors, by ELF's `e_machine`. */
const cpus: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'x86',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  43: 'sparcv9',
  62: 'x86_64',
  183: 'arm64',
  258: 'loongarch64',
}

export function elfCpu({ machine, wide }: ElfFile): string {
  if (machine === 8) return wide ? 'mips64' : 'mips'
  if (machine === 243) return wide ? 'riscv64' : 'riscv'
  return cpus[machine] ?? 'unknown'
}

/** The bytes that identify a build, or what Breakpad makes of the code where there is none. All zeros is no id. */
export function elfIdentifier(file: ElfFile): Uint8Array | undefined {
  const id = buildId(file) ?? textHash(file)
  return id?.some((byte) => byte !== 0) ? id : undefined
}

export function buildId(file: ElfFile): Uint8Array | undefined {
  for (const section of file.sections) {
    if (section.type !== noteSection) continue
    const found = noteIn(file, sectionSource(file, section).read(0, maxNoteBytes), 4)
    if (found !== undefined) return found
  }
  for (const segment of file.segments) {
    if (segment.type !== noteSegment) continue
    const found = noteIn(file, file.source.read(segment.offset, Math.min(segment.fileSize, maxNoteBytes)), 4)
    if (found !== undefined) return found
  }
  return undefined
}

/** As reports print it: the first 16 bytes as a GUID (three fields turned round in little-endian files) and an age of 0. */
export function debugIdOf(identifier: Uint8Array | undefined, littleEndian: boolean): string {
  const bytes = new Uint8Array(idBytes)
  if (identifier !== undefined) bytes.set(identifier.subarray(0, idBytes))
  const order = littleEndian ? [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] : [...bytes.keys()]
  return `${order.map((index) => hexByte(bytes[index])).join('')}0`.toUpperCase()
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join('')
}

function hexByte(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0')
}

function noteIn(file: ElfFile, bytes: Uint8Array, alignment: number): Uint8Array | undefined {
  let at = 0
  while (at + 12 <= bytes.length) {
    const cursor = new Cursor(bytes, at, bytes.length, file.littleEndian)
    const [nameSize, size, type] = [cursor.u32(), cursor.u32(), cursor.u32()]
    const start = at + 12 + Math.ceil(nameSize / alignment) * alignment
    const isGnu = nameSize === 4 && bytes[at + 12] === 0x47 && bytes[at + 13] === 0x4e && bytes[at + 14] === 0x55
    if (start + size > bytes.length) return undefined
    if (isGnu && type === buildIdNote && size > 0 && size <= maxBuildIdBytes) return bytes.slice(start, start + size)
    at = start + Math.ceil(size / alignment) * alignment
  }
  return undefined
}

function textHash(file: ElfFile): Uint8Array | undefined {
  const text = file.sections.find((section) => section.name === '.text' && section.size > 0 && section.type !== sectionNoBits)
  if (text === undefined) return undefined
  // Breakpad's last block goes over the end of a short section, into what follows.
  const blocks = Math.ceil(Math.min(text.size, hashedTextBytes) / idBytes)
  const bytes = file.source.read(text.offset, blocks * idBytes)
  const hash = new Uint8Array(idBytes)
  for (let index = 0; index < bytes.length; index++) hash[index % idBytes] = (hash[index % idBytes] ?? 0) ^ (bytes[index] ?? 0)
  return hash
}

/** The name that a library has for the dynamic linker; crash reporters name its module so. */
export function soname(file: ElfFile): string | undefined {
  const dynamic = findSection(file, '.dynamic')
  const strings = dynamic && file.sections[dynamic.link]
  if (dynamic === undefined || strings === undefined || strings.type === sectionNoBits) return undefined
  const bytes = sectionSource(file, dynamic).read(0, 64 * 1024)
  const size = file.wide ? 8 : 4
  const cursor = new Cursor(bytes, 0, bytes.length, file.littleEndian)
  for (let at = 0; at + size * 2 <= bytes.length; at += size * 2) {
    const tag = cursor.address(size)
    const value = cursor.address(size)
    if (tag === 0) return undefined
    if (tag === 14) return nameIn(file, strings, value)
  }
  return undefined
}

function nameIn(file: ElfFile, strings: ElfSection, offset: number): string | undefined {
  const bytes = sectionSource(file, strings).read(Math.max(offset, 0), 256)
  const end = bytes.indexOf(0)
  return end <= 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, end))
}
