import { ByteWriter, counted } from './byte-writer.ts'

export interface SynthSection {
  readonly name: string
  readonly type?: number
  readonly flags?: number
  readonly address?: number
  readonly bytes: Uint8Array
  readonly link?: number
  readonly entrySize?: number
}

export interface SynthElfOptions {
  readonly machine?: number
  /** 3, a shared object, unless given. */
  readonly type?: number
  /** Behind `.text` and the build id; the first has number 3. */
  readonly sections: readonly SynthSection[]
  readonly buildId?: Uint8Array
  readonly textSize?: number
}

export const synthTextAddress = 0x1000

/** A 64-bit little-endian ELF file of one segment at 0, with code of zeros at 0x1000. */
export function synthElf(options: SynthElfOptions): Uint8Array {
  const { machine = 62, type: fileType = 3, buildId = Uint8Array.from({ length: 20 }, (_, index) => index + 1), textSize = 0x100 } = options
  const note = new ByteWriter().u32(4).u32(buildId.length).u32(3).text('GNU').bytes(buildId).align(4).done()
  const sections: SynthSection[] = [
    { name: '', bytes: new Uint8Array(0), type: 0 },
    { name: '.text', flags: 6, address: synthTextAddress, bytes: new Uint8Array(textSize) },
    { name: '.note.gnu.build-id', type: 7, flags: 2, bytes: note },
    ...options.sections,
  ]
  const names = new ByteWriter()
  const nameOffsets = [...sections.map(({ name }) => name), '.shstrtab'].map((name) => {
    const at = names.length
    names.text(name)
    return at
  })
  sections.push({ name: '.shstrtab', type: 3, bytes: names.done() })
  const file = new ByteWriter().u8(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0).u64(0)
  const dataStart = 64 + 56
  const body = new ByteWriter()
  const offsets = sections.map(({ bytes }) => {
    body.align(8)
    const at = dataStart + body.length
    body.bytes(bytes)
    return at
  })
  body.align(8)
  file
    .u16(fileType)
    .u16(machine)
    .u32(1)
    .u64(0)
    .u64(64)
    .u64(dataStart + body.length)
  file
    .u32(0)
    .u16(64)
    .u16(56)
    .u16(1)
    .u16(64)
    .u16(sections.length)
    .u16(sections.length - 1)
  file.u32(1).u32(5).u64(0).u64(0).u64(0).u64(0x2000).u64(0x2000).u64(0x1000)
  file.bytes(body.done())
  sections.forEach(({ type = 1, flags = 0, address = 0, bytes, link = 0, entrySize = 0 }, index) => {
    file
      .u32(nameOffsets[index] ?? 0)
      .u32(type)
      .u64(flags)
      .u64(address)
      .u64(offsets[index] ?? 0)
      .u64(bytes.length)
    file.u32(link).u32(0).u64(8).u64(entrySize)
  })
  return file.done()
}

/** `.symtab` and `.strtab` of functions; `first` is the number that the first of the two sections will have. */
export function synthSymbols(
  first: number,
  symbols: readonly { name: string; address: number; size: number; type?: number }[],
): SynthSection[] {
  const [table, strings] = [new ByteWriter().bytes(new Uint8Array(24)), new ByteWriter().u8(0)]
  for (const { name, address, size, type = 2 } of symbols) {
    table
      .u32(strings.length)
      .u8(0x10 | type, 0)
      .u16(1)
      .u64(address)
      .u64(size)
    strings.text(name)
  }
  return [
    { name: '.symtab', type: 2, bytes: table.done(), link: first + 1, entrySize: 24 },
    { name: '.strtab', type: 3, bytes: strings.done() },
  ]
}

/**
 * Debug information of version 4: `outer` at 0x1000 (0x40 bytes, a.c:10…), with `inner` inlined at 0x1010 (0x10 bytes) from line 12, and `other` of
 * two ranges at 0x1080 and 0x10c0.
 */
export function synthDwarf(): SynthSection[] {
  const abbreviations = new ByteWriter()
  const abbreviation = (code: number, tag: number, children: number, ...pairs: number[]): void => {
    abbreviations
      .uleb(code, tag)
      .u8(children)
      .uleb(...pairs, 0, 0)
  }
  abbreviation(1, 0x11, 1, 0x03, 0x08, 0x1b, 0x08, 0x10, 0x17, 0x11, 0x01)
  abbreviation(2, 0x2e, 0, 0x03, 0x08, 0x6e, 0x08, 0x20, 0x0b)
  abbreviation(3, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06)
  abbreviation(4, 0x1d, 0, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b)
  abbreviation(5, 0x2e, 0, 0x03, 0x08, 0x55, 0x17)
  abbreviation(6, 0x13, 1, 0x03, 0x08)
  abbreviations.u8(0)
  const header = 11
  const unit = new ByteWriter().uleb(1).text('a.c').text('/src/./x/..').u32(0).u64(0)
  const inner = header + unit.length
  unit.uleb(2).text('inner').text('_Z5innerv').u8(3)
  unit.uleb(6).text('S').uleb(2).text('m').text('_ZN1S1mEv').u8(0).u8(0)
  unit.uleb(3).text('outer').u64(0x1000).u32(0x40)
  unit.uleb(4).u32(inner).u64(0x1010).u32(0x10).u8(1, 12)
  unit.u8(0)
  unit.uleb(5).text('other').u32(0)
  unit.u8(0)
  const info = counted(new ByteWriter().u16(4).u32(0).u8(8).bytes(unit.done()))
  const ranges = new ByteWriter().u64(0x1080).u64(0x1090).u64(0x10c0).u64(0x10d0).u64(0).u64(0).done()
  return [
    { name: '.debug_abbrev', bytes: abbreviations.done() },
    { name: '.debug_info', bytes: info },
    { name: '.debug_ranges', bytes: ranges },
    { name: '.debug_line', bytes: synthLines() },
  ]
}

function synthLines(): Uint8Array {
  const tables = new ByteWriter().u8(1, 1, 1, 0xfb, 14, 13).u8(0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1)
  tables.u8(0).text('a.c').uleb(0, 0, 0).text('inner.h').uleb(0, 0, 0).u8(0)
  const program = new ByteWriter()
  const row = (advance: number, line: number): void => {
    if (advance > 0) program.u8(2).uleb(advance)
    if (line !== 0) program.u8(3, line & 0x7f)
    program.u8(1)
  }
  program.u8(0).uleb(9).u8(2).u64(0x1000)
  row(0, 9)
  program.u8(4).uleb(2)
  row(0x10, -5)
  program.u8(4).uleb(1)
  row(0x10, 8)
  row(0x10, 1)
  program.u8(2).uleb(0x10).u8(0, 1, 1)
  program.u8(0).uleb(9).u8(2).u64(0x1080)
  row(0, 29)
  row(0x40, 1)
  program.u8(2).uleb(0x10).u8(0, 1, 1)
  return counted(new ByteWriter().u16(4).u32(tables.length).bytes(tables.done()).bytes(program.done()))
}

/** `.eh_frame` of functions of 0x40 bytes from 0x1000 on that push their frame pointer; addresses are absolute. */
export function synthFrames(count = 1): SynthSection {
  const common = new ByteWriter().u32(0).u8(1).text('').uleb(1).u8(0x78, 16).u8(0x0c, 7, 8, 0x90, 1).align(4)
  const frames = new ByteWriter().bytes(counted(common))
  for (let index = 0; index < count; index++) {
    const description = new ByteWriter()
      .u32(frames.length + 4)
      .u64(0x1000 + index * 0x40)
      .u64(0x40)
    description.u8(0x41, 0x0e, 16, 0x86, 2).u8(0x43, 0x0d, 6).u8(0x02, 0x30, 0x0c, 7, 8).align(4)
    frames.bytes(counted(description))
  }
  return { name: '.eh_frame', flags: 2, address: 0x1800, bytes: frames.u32(0).done() }
}

/** All of the above in one file. */
export function synthProgram(): Uint8Array {
  const symbols = synthSymbols(8, [
    { name: 'outer', address: 0x1000, size: 0x40 },
    { name: 'plain', address: 0x1060, size: 0x10 },
  ])
  return synthElf({ sections: [...synthDwarf(), synthFrames(), ...symbols] })
}

/** `.ARM.exidx` and its `.ARM.extab`: codes in place, none, those of C++'s personality routine, and those of the second of the format's own. */
export function synthArmExceptions(): SynthSection[] {
  const [indexAddress, tableAddress] = [0x1400, 0x1500]
  const relative = (place: number, target: number): number => (target - place) & 0x7fff_ffff
  const index = new ByteWriter()
  const entry = (start: number, second: (place: number) => number): void => {
    const place = indexAddress + index.length
    index.u32(relative(place, start)).u32(second(place + 4) >>> 0)
  }
  entry(0x1000, () => 0x8084_08b0)
  entry(0x1010, () => 1)
  entry(0x1020, (place) => relative(place, tableAddress))
  entry(0x1040, (place) => relative(place, tableAddress + 8))
  const table = new ByteWriter().u32(relative(tableAddress, 0x1000)).u32(0x009b_8480).u32(0x8101_0384).u32(0x01b0_b0b0)
  return [
    { name: '.ARM.exidx', type: 0x7000_0001, flags: 0x82, address: indexAddress, bytes: index.done() },
    { name: '.ARM.extab', flags: 2, address: tableAddress, bytes: table.done() },
  ]
}
