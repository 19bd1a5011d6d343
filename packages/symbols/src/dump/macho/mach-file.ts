import type { ByteSource } from '../../byte-source.ts'
import { Damage, type Problems } from '../problem.ts'
import { cpuName } from './cpu-name.ts'
import { maxLoadCommandBytes, maxLoadCommands, maxSections } from './limits.ts'
import { MachReader } from './mach-reader.ts'

export interface MachSection {
  readonly name: string
  readonly segment: string
  readonly address: number
  readonly size: number
  /** 0: the bytes are not in this file, as those of code in a dSYM. */
  readonly fileOffset: number
  readonly executable: boolean
}

export interface FileRange {
  readonly offset: number
  readonly size: number
}

/** What the headers of one processor's program say. */
export interface MachFile {
  readonly source: ByteSource
  readonly littleEndian: boolean
  readonly is64: boolean
  readonly cpu: string
  readonly cpuType: number
  /** `MH_…`; 1 is an object file, 10 a dSYM. */
  readonly fileType: number
  /** 32 hexadecimal digits in upper case. */
  readonly uuid: string | undefined
  /** A library's name of itself. */
  readonly installName: string | undefined
  /** Where `__TEXT` wants to be; addresses in symbol files begin here. */
  readonly textAddress: number
  /** In the order in which symbols number them, from 1. */
  readonly sections: readonly MachSection[]
  readonly symbols: { readonly offset: number; readonly count: number; readonly strings: FileRange } | undefined
  readonly exportsTrie: FileRange | undefined
  readonly functionStarts: FileRange | undefined
  /** Of the App Store: the code in the file is not the code that runs. */
  readonly encrypted: boolean
}

export const objectFileType = 1
export const dsymFileType = 10

const commands = {
  segment: 0x1,
  symtab: 0x2,
  idDylib: 0xd,
  segment64: 0x19,
  uuid: 0x1b,
  encryption: 0x21,
  dyldInfo: 0x22,
  dyldInfoOnly: 0x8000_0022,
  functionStarts: 0x26,
  encryption64: 0x2c,
  exportsTrie: 0x8000_0033,
} as const

/** `S_ZEROFILL`, `S_GB_ZEROFILL`, `S_THREAD_LOCAL_ZEROFILL`: memory without bytes in the file. */
const zeroFillTypes: ReadonlySet<number> = new Set([1, 12, 18])
/** `S_ATTR_PURE_INSTRUCTIONS` and `S_ATTR_SOME_INSTRUCTIONS`. */
const instructionAttributes = 0x8000_0400

/** Throws Damage where even the header is unusable. */
export function readMachFile(source: ByteSource, problems: Problems): MachFile {
  const magicBytes = source.read(0, 4)
  const littleEndian = magicBytes[0] === 0xce || magicBytes[0] === 0xcf
  const magic = new MachReader(magicBytes, littleEndian).u32(0)
  if (magic !== 0xfeed_face && magic !== 0xfeed_facf) throw new Damage('macho_header', 'The Mach-O header is damaged.')
  const is64 = magic === 0xfeed_facf
  const headerSize = is64 ? 32 : 28
  const header = new MachReader(source.read(0, headerSize), littleEndian)
  if (header.size < headerSize) throw new Damage('macho_header', 'The file ends within the Mach-O header.')
  const count = header.u32(16)
  const size = header.u32(20)
  if (count > maxLoadCommands || size > maxLoadCommandBytes)
    throw new Damage('macho_header', `The Mach-O header tells of ${count} load commands in ${size} bytes; no program has so many.`)
  const file = new Headers(source, new MachReader(source.read(headerSize, size), littleEndian), is64, problems)
  file.read(count)
  const cpuType = header.u32(4)
  return {
    source,
    littleEndian,
    is64,
    cpuType,
    cpu: cpuName(cpuType, header.u32(8)),
    fileType: header.u32(12),
    uuid: file.uuid,
    installName: file.installName,
    textAddress: file.textAddress,
    sections: file.sections,
    symbols: file.symbols,
    exportsTrie: file.exportsTrie,
    functionStarts: file.functionStarts,
    encrypted: file.encrypted,
  }
}

class Headers {
  uuid: string | undefined
  installName: string | undefined
  textAddress = 0
  readonly sections: MachSection[] = []
  symbols: MachFile['symbols']
  exportsTrie: FileRange | undefined
  functionStarts: FileRange | undefined
  encrypted = false
  readonly #source: ByteSource
  readonly #data: MachReader
  readonly #is64: boolean
  readonly #problems: Problems

  constructor(source: ByteSource, data: MachReader, is64: boolean, problems: Problems) {
    this.#source = source
    this.#data = data
    this.#is64 = is64
    this.#problems = problems
  }

  read(count: number): void {
    const data = this.#data
    let at = 0
    for (let index = 0; index < count; index++) {
      const size = data.u32(at + 4)
      if (size < 8 || at + size > data.size) {
        this.#problems.add('macho_load_command', `Load command ${index} of ${count} is damaged; what follows was not read.`)
        return
      }
      this.#command(data.u32(at), at, at + size)
      at += size
    }
  }

  #command(command: number, at: number, end: number): void {
    const data = this.#data
    switch (command) {
      case commands.segment:
      case commands.segment64:
        this.#segment(at, end, command === commands.segment64)
        return
      case commands.symtab:
        this.symbols = {
          offset: data.u32(at + 8),
          count: data.u32(at + 12),
          strings: this.#range(data.u32(at + 16), data.u32(at + 20), 'string table'),
        }
        return
      case commands.idDylib:
        this.installName = data.text(at + data.u32(at + 8), end)
        return
      case commands.uuid:
        if (end - at >= 24) this.uuid = hex(data.bytes.subarray(at + 8, at + 24))
        return
      case commands.encryption:
      case commands.encryption64:
        this.encrypted = data.u32(at + 16) !== 0
        return
      case commands.dyldInfo:
      case commands.dyldInfoOnly:
        if (data.u32(at + 44) > 0) this.exportsTrie = this.#range(data.u32(at + 40), data.u32(at + 44), 'table of exports')
        return
      case commands.exportsTrie:
        if (data.u32(at + 12) > 0) this.exportsTrie = this.#range(data.u32(at + 8), data.u32(at + 12), 'table of exports')
        return
      case commands.functionStarts:
        this.functionStarts = this.#range(data.u32(at + 8), data.u32(at + 12), 'table of function starts')
        return
    }
  }

  #segment(at: number, end: number, wide: boolean): void {
    const data = this.#data
    const name = data.fixedName(at + 8)
    const address = wide ? data.u64(at + 24) : data.u32(at + 24)
    const fileOffset = wide ? data.u64(at + 40) : data.u32(at + 32)
    const count = data.u32(at + (wide ? 64 : 48))
    const headerSize = wide ? 72 : 56
    const entrySize = wide ? 80 : 68
    if (name === '__TEXT') this.textAddress = address
    if (at + headerSize + count * entrySize > end || this.sections.length + count > maxSections) {
      this.#problems.add('macho_load_command', `Segment ${name} tells of more sections than it has room for.`)
      return
    }
    for (let index = 0; index < count; index++) this.#section(at + headerSize + index * entrySize, wide, address, fileOffset)
  }

  #section(at: number, wide: boolean, segmentAddress: number, segmentOffset: number): void {
    const data = this.#data
    const name = data.fixedName(at)
    const address = wide ? data.u64(at + 32) : data.u32(at + 32)
    const size = wide ? data.u64(at + 40) : data.u32(at + 36)
    const narrowOffset = data.u32(at + (wide ? 48 : 40))
    const flags = data.u32(at + (wide ? 64 : 56))
    let fileOffset = narrowOffset
    // The field has 32 bits even where the file has more: link-time optimisation makes dSYMs of over 4 GiB.
    const wideOffset = segmentOffset + address - segmentAddress
    if (this.#is64 && narrowOffset !== 0 && wideOffset > 0xffff_ffff && wideOffset % 0x1_0000_0000 === narrowOffset) fileOffset = wideOffset
    if (zeroFillTypes.has(flags & 0xff)) fileOffset = 0
    if (fileOffset + (fileOffset === 0 ? 0 : size) > this.#source.size)
      this.#problems.add('macho_truncated', `Section ${name} ends behind the end of the file.`)
    this.sections.push({
      name,
      segment: data.fixedName(at + 16),
      address,
      size,
      fileOffset,
      executable: (flags & instructionAttributes) !== 0,
    })
  }

  #range(offset: number, size: number, what: string): FileRange {
    if (offset + size > this.#source.size) this.#problems.add('macho_truncated', `The ${what} ends behind the end of the file.`)
    return { offset, size: Math.max(0, Math.min(size, this.#source.size - offset)) }
  }
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text.toUpperCase()
}
