/** Where a section lies in a stored ELF file. Source: the System V ABI. The file was read in a child before; here only its table of sections is. */
import { type FileHandle, open } from 'node:fs/promises'
import type { ByteRange } from './conditions.ts'
import { symbolServerLimits } from './limits.ts'

const headBytes = 64
const noBits = 8
/** In place of a number that does not fit in 16 bits; it stands in the first section then. */
const elsewhere = 0xffff

/** undefined: there is no such section, or its bytes are not in this file. */
export async function elfSection(path: string, name: string): Promise<ByteRange | undefined> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await findSection({ file, size }, name)
  } finally {
    await file.close()
  }
}

interface Opened {
  readonly file: FileHandle
  readonly size: number
}

async function findSection(opened: Opened, name: string): Promise<ByteRange | undefined> {
  const head = await bytesAt(opened, 0, headBytes)
  if (head === undefined || head.readUInt32BE(0) !== 0x7f454c46) return undefined
  const [wide, little] = [head[4] === 2, head[5] !== 2]
  const at = reader(wide, little)
  const tableOffset = at.word(head, wide ? 40 : 32)
  const [entryBytes, count, namesIndex] = [46, 48, 50].map((offset) => at.u16(head, offset + (wide ? 12 : 0)))
  if (entryBytes === undefined || count === undefined || namesIndex === undefined || entryBytes !== (wide ? 64 : 40) || tableOffset === 0)
    return undefined
  const first = await bytesAt(opened, tableOffset, entryBytes)
  if (first === undefined) return undefined
  const zero = at.section(first, 0)
  const sections = count === 0 ? zero.size : count
  if (sections > symbolServerLimits.maxSections) return undefined
  const table = await bytesAt(opened, tableOffset, sections * entryBytes)
  const namesAt = (namesIndex === elsewhere ? zero.link : namesIndex) * entryBytes
  if (table === undefined || namesAt + entryBytes > table.length) return undefined
  const { offset, size } = at.section(table, namesAt)
  const names = size > symbolServerLimits.maxSectionNameBytes ? undefined : await bytesAt(opened, offset, size)
  const wanted = Buffer.from(`${name}\0`)
  for (let entry = 0; names !== undefined && entry + entryBytes <= table.length; entry += entryBytes) {
    const section = at.section(table, entry)
    if (!names.subarray(section.name, section.name + wanted.length).equals(wanted)) continue
    const isHere = section.type !== noBits && section.type !== 0 && section.offset + section.size <= opened.size
    return isHere ? { start: section.offset, length: section.size } : undefined
  }
  return undefined
}

/** Of 32 or 64 bits, in either byte order. A number beyond 2^53 lies outside every file. */
function reader(wide: boolean, little: boolean) {
  const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const word = (bytes: Buffer, at: number) =>
    wide ? Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)) : u32(bytes, at)
  const section = (bytes: Buffer, at: number) => ({
    name: u32(bytes, at),
    type: u32(bytes, at + 4),
    offset: word(bytes, at + (wide ? 24 : 16)),
    size: word(bytes, at + (wide ? 32 : 20)),
    link: u32(bytes, at + (wide ? 40 : 24)),
  })
  return { u16, word, section }
}

async function bytesAt({ file, size }: Opened, offset: number, length: number): Promise<Buffer | undefined> {
  if (offset + length > size) return undefined
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
  return bytesRead === length ? buffer : undefined
}
