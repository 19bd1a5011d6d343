/** Builds small PDBs: an MSF container around streams, and the streams that a dump needs. */

const encoder = new TextEncoder()
const magic = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0'

export function u16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff]
}

export function u32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff]
}

export function text(value: string): number[] {
  return [...encoder.encode(value), 0]
}

/** A container with these streams. Pages of a stream are put down from the last to the first, so that no two follow one another. */
export function synthMsf(streams: readonly (readonly number[] | undefined)[], pageBytes = 512): Uint8Array {
  const pages: number[][] = [[], [], []]
  const place = (bytes: readonly number[]): number[] => {
    const count = Math.ceil(bytes.length / pageBytes)
    const numbers = Array.from({ length: count }, (_, index) => pages.length + count - 1 - index)
    for (let i = count - 1; i >= 0; i--) pages.push(bytes.slice(i * pageBytes, (i + 1) * pageBytes))
    return numbers
  }
  const placed = streams.map((bytes) => place(bytes ?? []))
  const sizes = streams.flatMap((bytes) => u32(bytes === undefined ? 0xffff_ffff : bytes.length))
  const directory = [...u32(streams.length), ...sizes, ...placed.flat().flatMap(u32)]
  const map = place(place(directory).flatMap(u32))
  pages[0] = [
    ...encoder.encode(magic),
    ...u32(pageBytes),
    ...u32(1),
    ...u32(pages.length),
    ...u32(directory.length),
    ...u32(0),
    ...map.flatMap(u32),
  ]
  const file = new Uint8Array(pages.length * pageBytes)
  for (const [index, page] of pages.entries()) file.set(page, index * pageBytes)
  return file
}

/** Kind and body of a symbol or a type, with its length before it. */
export function record(kind: number, body: readonly number[]): number[] {
  const padded = [...body, ...new Array<number>((4 - ((body.length + 4) % 4)) % 4).fill(0)]
  return [...u16(padded.length + 2), ...u16(kind), ...padded]
}

export function typeStream(records: readonly (readonly number[])[]): number[] {
  const bytes = records.flat()
  return [
    ...u32(20040203),
    ...u32(56),
    ...u32(0x1000),
    ...u32(0x1000 + records.length),
    ...u32(bytes.length),
    ...new Array<number>(36).fill(0),
    ...bytes,
  ]
}

export interface SynthModule {
  readonly name?: string
  readonly symbols?: readonly (readonly number[])[]
  /** C13 subsections. */
  readonly lines?: readonly (readonly number[])[]
}

export interface SynthPdb {
  readonly machine?: number
  readonly age?: number
  readonly dbiAge?: number
  /** Numbers behind the named streams. */
  readonly features?: readonly number[]
  readonly modules?: readonly SynthModule[]
  readonly publics?: readonly (readonly number[])[]
  readonly types?: readonly (readonly number[])[]
  readonly ids?: readonly (readonly number[])[]
  readonly names?: readonly string[]
  readonly sections?: readonly number[]
  readonly fpo?: readonly number[]
  readonly frameData?: readonly number[]
  readonly omap?: readonly number[]
  readonly originalSections?: readonly number[]
}

/** `.text` at 0x1000. */
export function sectionHeader(rva = 0x1000, size = 0x10000, characteristics = 0x6000_0020): number[] {
  const name = [...encoder.encode('.text'), 0, 0, 0]
  return [...name, ...u32(size), ...u32(rva), ...u32(size), ...u32(0x400), ...new Array<number>(12).fill(0), ...u32(characteristics)]
}

export function synthPdb(options: SynthPdb): Uint8Array {
  const { modules = [], publics = [], names = [] } = options
  // 0 old directory, 1 info, 2 types, 3 debug information, 4 ids, 5 names, 6 symbol records, 7 sections, 8 FPO, 9 frame data, 10 OMAP, 11 original sections.
  const first = 12
  const moduleStreams = modules.map(({ symbols = [], lines = [] }) => ({ symbols: [...u32(4), ...symbols.flat()], lines: lines.flat() }))
  const moduleInfo = modules.flatMap(({ name = 'a.obj' }, index) => {
    const bytes = [...new Array<number>(34).fill(0), ...u16(first + index), ...u32(moduleStreams[index]?.symbols.length ?? 0), ...u32(0)]
    bytes.push(...u32(moduleStreams[index]?.lines.length ?? 0), ...new Array<number>(16).fill(0), ...text(name), ...text(name))
    return [...bytes, ...new Array<number>((4 - (bytes.length % 4)) % 4).fill(0)]
  })
  const none = 0xffff
  const present = (bytes: readonly number[] | undefined, stream: number): number => (bytes === undefined ? none : stream)
  const optional = [
    present(options.fpo, 8),
    none,
    none,
    none,
    present(options.omap, 10),
    7,
    none,
    none,
    none,
    present(options.frameData, 9),
  ]
  const optionalBytes = [...optional, present(options.originalSections, 11)].flatMap(u16)
  const dbi = [
    ...u32(0xffff_ffff),
    ...u32(19990903),
    ...u32(options.dbiAge ?? options.age ?? 1),
    ...u16(none),
    ...u16(0),
    ...u16(none),
    ...u16(0),
  ]
  dbi.push(
    ...u16(6),
    ...u16(0),
    ...u32(moduleInfo.length),
    ...u32(0),
    ...u32(0),
    ...u32(0),
    ...u32(0),
    ...u32(0),
    ...u32(optionalBytes.length),
    ...u32(0),
  )
  dbi.push(...u16(0), ...u16(options.machine ?? 0x8664), ...u32(0), ...moduleInfo, ...optionalBytes)
  return synthMsf([
    [],
    infoStream(options.age ?? 1, options.features ?? []),
    typeStream(options.types ?? []),
    dbi,
    typeStream(options.ids ?? []),
    nameStream(names),
    publics.flat(),
    [...(options.sections ?? sectionHeader())],
    [...(options.fpo ?? [])],
    [...(options.frameData ?? [])],
    [...(options.omap ?? [])],
    [...(options.originalSections ?? [])],
    ...moduleStreams.map(({ symbols, lines }) => [...symbols, ...lines]),
  ])
}

/** The GUID is 01020304-0506-0708-090A0B0C0D0E0F10. */
export const synthSignature = '0102030405060708090A0B0C0D0E0F10'
export const synthGuid: readonly number[] = [4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16]

function infoStream(age: number, features: readonly number[]): number[] {
  const name = text('/names')
  const table = [...u32(name.length), ...name, ...u32(1), ...u32(1), ...u32(1), ...u32(1), ...u32(0), ...u32(0), ...u32(5)]
  return [...u32(20000404), ...u32(0x1234_5678), ...u32(age), ...synthGuid, ...table, ...features.flatMap(u32)]
}

/** The first name stands at 1: `nameOffset` tells the others. */
function nameStream(names: readonly string[]): number[] {
  const bytes = [0, ...names.flatMap(text)]
  return [...u32(0xeffe_effe), ...u32(1), ...u32(bytes.length), ...bytes]
}

export function nameOffset(names: readonly string[], index: number): number {
  return 1 + names.slice(0, index).reduce((sum, name) => sum + encoder.encode(name).length + 1, 0)
}

/** S_GPROC32. */
export function procedure(offset: number, size: number, name: string, type = 0, kind = 0x1110): number[] {
  const zeros = new Array<number>(12).fill(0)
  return record(kind, [...zeros, ...u32(size), ...u32(0), ...u32(size), ...u32(type), ...u32(offset), ...u16(1), 0, ...text(name)])
}

export const endOfScope: readonly number[] = record(0x0006, [])

export function publicSymbol(offset: number, name: string, segment = 1): number[] {
  return record(0x110e, [...u32(2), ...u32(offset), ...u16(segment), ...text(name)])
}

export function inlineSite(id: number, annotations: readonly number[]): number[] {
  return record(0x114d, [...u32(0), ...u32(0), ...u32(id), ...annotations])
}

export const endOfInlineSite: readonly number[] = record(0x114e, [])

/** A C13 subsection. */
export function subsection(kind: number, body: readonly number[]): number[] {
  return [...u32(kind), ...u32(body.length), ...body, ...new Array<number>((4 - (body.length % 4)) % 4).fill(0)]
}

/** Lines of one function: blocks of a file (place of its checksum: 8 bytes each) with pairs of offset and line. */
export function lineSubsection(
  offset: number,
  size: number,
  blocks: readonly { file: number; lines: readonly (readonly [number, number])[] }[],
): number[] {
  const body = [...u32(offset), ...u16(1), ...u16(0), ...u32(size)]
  for (const { file, lines } of blocks) {
    body.push(...u32(file), ...u32(lines.length), ...u32(12 + lines.length * 8))
    for (const [at, line] of lines) body.push(...u32(at), ...u32((line | 0x8000_0000) >>> 0))
  }
  return subsection(0xf2, body)
}

/** Checksums without sums, so that each takes 8 bytes. */
export function fileSubsection(names: readonly string[]): number[] {
  return subsection(
    0xf4,
    names.flatMap((_, index) => [...u32(nameOffset(names, index)), 0, 0, 0, 0]),
  )
}

export function inlineeSubsection(inlinees: readonly { id: number; file: number; line: number }[]): number[] {
  return subsection(0xf6, [...u32(0), ...inlinees.flatMap(({ id, file, line }) => [...u32(id), ...u32(file), ...u32(line)])])
}
