import type { MemoryImage } from './memory-image.ts'

/** What an ELF image in memory says about itself. */
export interface ElfImage {
  /** From its first byte to the end of its last segment. */
  readonly size: number
  readonly buildId?: Uint8Array
  readonly soname?: string
}

/** As the writer cuts them. */
const maxProgramHeaders = 64
const maxNoteBytes = 4096
const maxDynamicEntries = 256
const maxSonameBytes = 256
/** Larger than any program: a module's size has 32 bits in a minidump. */
const maxImageBytes = 0xffffffffn

const segment = { load: 1, dynamic: 2, note: 4 } as const
const dynamicTag = { end: 0n, strings: 5n, soname: 14n } as const
const gnuBuildId = 3

interface Segment {
  readonly type: number
  readonly fileOffset: bigint
  readonly address: bigint
  readonly memoryBytes: bigint
}

/** `undefined` when no ELF image of 64 bits begins at the address. */
export function readElfImage(memory: MemoryImage, base: bigint): ElfImage | undefined {
  const header = memory.read(base, 64)
  if (header.length < 64 || Buffer.from(header.subarray(0, 5)).toString('latin1') !== '\x7fELF\x02') return undefined
  const view = viewOf(header)
  const segments = readSegments(memory, base + view.getBigUint64(32, true), view.getUint16(56, true))
  const loads = segments.filter(({ type }) => type === segment.load)
  const first = loads.find(({ fileOffset }) => fileOffset === 0n) ?? loads[0]
  if (first === undefined) return undefined
  const bias = base - first.address
  const end = loads.reduce((most, { address, memoryBytes }) => (address + memoryBytes > most ? address + memoryBytes : most), 0n)
  const size = end - first.address
  if (size <= 0n || size > maxImageBytes) return undefined
  const buildId = segments
    .flatMap((each) => (each.type === segment.note ? [readBuildId(memory, bias, each)] : []))
    .find((id) => id !== undefined)
  const soname = readSoname(memory, bias, segments)
  return { size: Number(size), ...(buildId !== undefined && { buildId }), ...(soname !== undefined && { soname }) }
}

function readSegments(memory: MemoryImage, at: bigint, count: number): Segment[] {
  const bytes = memory.read(at, 56 * Math.min(count, maxProgramHeaders))
  const view = viewOf(bytes)
  return Array.from({ length: Math.floor(bytes.length / 56) }, (_, i) => ({
    type: view.getUint32(56 * i, true),
    fileOffset: view.getBigUint64(56 * i + 8, true),
    address: view.getBigUint64(56 * i + 16, true),
    memoryBytes: view.getBigUint64(56 * i + 40, true),
  }))
}

function readBuildId(memory: MemoryImage, bias: bigint, { address, memoryBytes }: Segment): Uint8Array | undefined {
  const bytes = memory.read(bias + address, Math.min(Number(memoryBytes), maxNoteBytes))
  const view = viewOf(bytes)
  for (let at = 0; at + 12 <= bytes.length; ) {
    const nameBytes = view.getUint32(at, true)
    const contentBytes = view.getUint32(at + 4, true)
    const content = at + 12 + ((nameBytes + 3) & ~3)
    if (content + contentBytes > bytes.length) return undefined
    const name = Buffer.from(bytes.subarray(at + 12, at + 16)).toString('latin1')
    if (view.getUint32(at + 8, true) === gnuBuildId && nameBytes === 4 && name === 'GNU\0')
      return bytes.slice(content, content + contentBytes)
    at = content + ((contentBytes + 3) & ~3)
  }
  return undefined
}

function readSoname(memory: MemoryImage, bias: bigint, segments: readonly Segment[]): string | undefined {
  const dynamic = segments.find(({ type }) => type === segment.dynamic)
  if (dynamic === undefined) return undefined
  const bytes = memory.read(bias + dynamic.address, 16 * maxDynamicEntries)
  const view = viewOf(bytes)
  let [strings, soname]: (bigint | undefined)[] = []
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = view.getBigUint64(at, true)
    if (tag === dynamicTag.end) break
    if (tag === dynamicTag.strings) strings = view.getBigUint64(at + 8, true)
    if (tag === dynamicTag.soname) soname = view.getBigUint64(at + 8, true)
  }
  if (strings === undefined || soname === undefined) return undefined
  // glibc's loader puts the address there that is right in memory; musl's and the kernel's leave the one of the file.
  const text = memory.read((strings < bias ? strings + bias : strings) + soname, maxSonameBytes)
  const end = text.indexOf(0)
  return end <= 0 ? undefined : new TextDecoder().decode(text.subarray(0, end))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
