import type { ByteSource } from './byte-source.ts'
import { MinidumpError } from './errors.ts'
import { Fields } from './fields.ts'

export const headerSize = 32
export const directoryEntrySize = 12
/** "MDMP" read as a little-endian number. */
export const signature = 0x504d444d
/** The low half of the version field; the high half is the writer's own. */
export const formatVersion = 0xa793

export interface Header {
  readonly littleEndian: boolean
  readonly version: number
  readonly streamCount: number
  readonly directoryRva: number
  readonly timestamp: number
  readonly flags: bigint
}

export function readHeader(source: ByteSource): Header {
  if (source.size === 0) throw new MinidumpError('empty', 'The file is empty.')
  const bytes = source.read(0, headerSize)
  if (bytes.length < 4)
    throw new MinidumpError('too_short', `The file has only ${bytes.length} bytes; a minidump starts with ${headerSize}.`)
  const littleEndian = new Fields(bytes, true).u32(0) === signature
  if (!littleEndian && new Fields(bytes, false).u32(0) !== signature) {
    throw new MinidumpError('bad_signature', 'The file does not start with "MDMP", so it is not a minidump.')
  }
  if (bytes.length < headerSize) {
    throw new MinidumpError('too_short', `The file has only ${bytes.length} bytes, less than the header of a minidump; it was cut off.`)
  }
  const fields = new Fields(bytes, littleEndian)
  const version = fields.u32(4)
  if ((version & 0xffff) !== formatVersion) {
    throw new MinidumpError('bad_version', `The minidump says format version ${version & 0xffff}; only ${formatVersion} exists.`)
  }
  return {
    littleEndian,
    version,
    streamCount: fields.u32(8),
    directoryRva: fields.u32(12),
    timestamp: fields.u32(20),
    flags: fields.u64(24),
  }
}
