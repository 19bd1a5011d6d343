/** Builds small Mach-O files, of 32 and 64 bits in both byte orders. */

export interface SynthSection {
  readonly segment?: string
  readonly name: string
  readonly address: number
  readonly bytes: Uint8Array
  readonly executable?: boolean
  /** Its bytes are not in the file, as those of code in a dSYM. */
  readonly absent?: boolean
}

export interface SynthMacho {
  readonly cpuType?: number
  readonly cpuSubtype?: number
  readonly is64?: boolean
  readonly littleEndian?: boolean
  readonly fileType?: number
  readonly uuid?: string
  readonly installName?: string
  readonly textAddress?: number
  readonly sections?: readonly SynthSection[]
  /** `type` and `section` as in `nlist`; functions of the first section unless told otherwise. */
  readonly symbols?: readonly { readonly name: string; readonly address: number; readonly type?: number; readonly section?: number }[]
  readonly exportsTrie?: Uint8Array
  /** Addresses, ascending. */
  readonly functionStarts?: readonly number[]
  readonly encrypted?: boolean
}

export const arm64 = 0x0100_000c
export const amd64 = 0x0100_0007
export const x86 = 7

export function synthMacho(options: SynthMacho): Uint8Array<ArrayBuffer> {
  const { is64 = true, littleEndian = true, sections = [], textAddress = 0x1_0000_0000 } = options
  const bytes = new Bytes(littleEndian)
  const commands = new Bytes(littleEndian)
  const segments = Map.groupBy(sections, ({ segment }) => segment ?? '__TEXT')
  if (!segments.has('__TEXT')) segments.set('__TEXT', [])
  const wordSize = is64 ? 8 : 4
  const sectionSize = is64 ? 80 : 68
  const ownHeader = is64 ? 32 : 28
  let count = segments.size
  let size = [...segments.values()].reduce((sum, list) => sum + (is64 ? 72 : 56) + list.length * sectionSize, 0)
  const idSize =
    options.installName === undefined ? 0 : 24 + options.installName.length + 1 + ((8 - ((options.installName.length + 1) % 8)) % 8)
  for (const [present, length] of [
    [options.uuid !== undefined, 24],
    [options.installName !== undefined, idSize],
    [options.symbols !== undefined, 24],
    [options.exportsTrie !== undefined, 16],
    [options.functionStarts !== undefined, 16],
    [options.encrypted === true, 24],
  ] as const) {
    if (!present) continue
    count++
    size += length
  }
  const data: Uint8Array[] = []
  let end = ownHeader + size
  const place = (content: Uint8Array): number => {
    data.push(content)
    end += content.length
    return end - content.length
  }
  for (const [name, list] of segments) {
    commands.u32(is64 ? 0x19 : 1)
    commands.u32((is64 ? 72 : 56) + list.length * sectionSize)
    commands.name(name)
    const address = name === '__TEXT' ? textAddress : Math.min(...list.map((section) => section.address))
    for (const value of [address, 0x10000, 0, 0]) commands.word(value, wordSize)
    for (const value of [7, 5, list.length, 0]) commands.u32(value)
    for (const section of list) {
      commands.name(section.name)
      commands.name(name)
      commands.word(section.address, wordSize)
      commands.word(section.bytes.length, wordSize)
      commands.u32(section.absent ? 0 : place(section.bytes))
      for (const value of [0, 0, 0, section.executable ? 0x8000_0400 : 0, 0, 0]) commands.u32(value)
      if (is64) commands.u32(0)
    }
  }
  if (options.uuid !== undefined) {
    commands.u32(0x1b)
    commands.u32(24)
    commands.raw(Uint8Array.from(options.uuid.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)))
  }
  if (options.installName !== undefined) {
    for (const value of [0xd, idSize, 24, 0, 0, 0]) commands.u32(value)
    const name = new Uint8Array(idSize - 24)
    name.set(new TextEncoder().encode(options.installName))
    commands.raw(name)
  }
  if (options.symbols !== undefined) {
    const table = new Bytes(littleEndian)
    const strings = new Bytes(littleEndian)
    strings.raw(new Uint8Array(1))
    for (const symbol of options.symbols) {
      table.u32(strings.length)
      table.raw(Uint8Array.of(symbol.type ?? 0x0f, symbol.section ?? 1, 0, 0))
      table.word(symbol.address, wordSize)
      strings.raw(new TextEncoder().encode(`${symbol.name}\0`))
    }
    const symbols = place(table.take())
    const names = strings.take()
    for (const value of [2, 24, symbols, options.symbols.length, place(names), names.length]) commands.u32(value)
  }
  if (options.exportsTrie !== undefined)
    for (const value of [0x8000_0033, 16, place(options.exportsTrie), options.exportsTrie.length]) commands.u32(value)
  if (options.functionStarts !== undefined) {
    const table = new Bytes(littleEndian)
    let last = textAddress
    for (const start of options.functionStarts) {
      table.uleb(start - last)
      last = start
    }
    table.raw(new Uint8Array(8))
    const content = table.take()
    for (const value of [0x26, 16, place(content), content.length]) commands.u32(value)
  }
  if (options.encrypted === true) for (const value of [0x2c, 24, 0, 0, 1, 0]) commands.u32(value)

  bytes.u32(is64 ? 0xfeed_facf : 0xfeed_face)
  bytes.u32(options.cpuType ?? amd64)
  for (const value of [options.cpuSubtype ?? 0, options.fileType ?? 2, count, size, 0]) bytes.u32(value)
  if (is64) bytes.u32(0)
  bytes.raw(commands.take())
  for (const content of data) bytes.raw(content)
  return bytes.take()
}

/** A fat file of these programs. */
export function synthFat(
  parts: readonly { readonly cpuType: number; readonly cpuSubtype?: number; readonly bytes: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const fat = new Bytes(false)
  fat.u32(0xcafe_babe)
  fat.u32(parts.length)
  let offset = 8 + parts.length * 20
  for (const { cpuType, cpuSubtype = 0, bytes } of parts) {
    for (const value of [cpuType, cpuSubtype, offset, bytes.length, 0]) fat.u32(value)
    offset += bytes.length
  }
  for (const { bytes } of parts) fat.raw(bytes)
  return fat.take()
}

/** `__unwind_info` with one page: entries with their encodings, which last to the next one and the last to `end`. */
export function synthUnwindInfo(
  entries: readonly (readonly [address: number, encoding: number])[],
  end: number,
  { compressed = true, littleEndian = true }: { compressed?: boolean; littleEndian?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const [[first] = [0]] = entries
  const info = new Bytes(littleEndian)
  // One common encoding, so that both kinds of numbers are in use.
  const [common = 0] = entries.map(([, encoding]) => encoding)
  for (const value of [1, 28, 1, 32, 0, 32, 2, common, first, 56, 56, end, 0, 56]) info.u32(value)
  if (!compressed) {
    info.u32(2)
    info.u16(8)
    info.u16(entries.length)
    for (const [address, encoding] of entries) {
      info.u32(address)
      info.u32(encoding)
    }
    return info.take()
  }
  info.u32(3)
  for (const value of [12, entries.length, 12 + entries.length * 4, entries.length]) info.u16(value)
  for (const [index, [address, encoding]] of entries.entries())
    info.u32((encoding === common ? 0 : index + 1) * 0x100_0000 + address - first)
  for (const [, encoding] of entries) info.u32(encoding)
  return info.take()
}

class Bytes {
  readonly #littleEndian: boolean
  #bytes: number[] = []

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian
  }

  get length(): number {
    return this.#bytes.length
  }

  u16(value: number): void {
    this.#put(value, 2)
  }

  u32(value: number): void {
    this.#put(value, 4)
  }

  word(value: number, size: number): void {
    this.#put(value, size)
  }

  uleb(value: number): void {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) | 0x80)
    this.#bytes.push(rest)
  }

  name(text: string): void {
    const field = new Uint8Array(16)
    field.set(new TextEncoder().encode(text).subarray(0, 16))
    this.raw(field)
  }

  raw(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte)
  }

  take(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }

  #put(value: number, size: number): void {
    const digits: number[] = []
    let rest = value
    for (let index = 0; index < size; index++) {
      digits.push(rest % 256)
      rest = Math.floor(rest / 256)
    }
    this.#bytes.push(...(this.#littleEndian ? digits : digits.reverse()))
  }
}
