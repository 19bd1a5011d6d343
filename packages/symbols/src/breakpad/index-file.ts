import type { BreakpadIndex } from './build-index.ts'
import { maxIndexRecords } from './limits.ts'
import type { ModuleRecord } from './module-record.ts'
import type { RecordTable } from './record-table.ts'

/** What an index belongs to: it is of no use for a file that differs in one of these. */
export interface IndexedFile {
  readonly size: number
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
  readonly head: ModuleRecord
}

/** The largest index that {@link encodeIndex} makes: the tables of `maxIndexRecords` records, of at most 16 bytes each, and the header. */
export const maxIndexFileBytes: number = maxIndexRecords * 16 + 1024

// Raised with every change of what is stored or of what the scan makes of a file.
const version = 3
/** "CKsy" in the order of this machine: an index from one with the other order is not recognised. */
const magic = 0x79_73_4b_43
const tables = ['functions', 'publics', 'cfi', 'winFrameData', 'winFpo', 'files', 'inlineOrigins'] as const
const columns = ['keys', 'offsets', 'sizes', 'lengths'] as const
// Words of the header: magic, version, checksum, file size (low, high), time (low, high), head, bad lines, then a length per column.
const headerWords = 9 + tables.length * columns.length
export const headerBytes: number = headerWords * 4
const checksumWord = 2
const checkedEach = 128
const word = 0x1_0000_0000

/** The tables one behind the other, as the machine has them in memory, so that reading is one read and no conversion. */
export function encodeIndex(index: BreakpadIndex, file: IndexedFile): Uint8Array {
  const parts = tables.flatMap((table) => columns.map((column) => index[table][column]))
  const words = new Uint32Array(parts.reduce((sum, part) => sum + part.length, headerWords))
  words.set([magic, version, 0, ...identityWords(file), index.badLines, ...parts.map((part) => part.length)])
  let at = headerWords
  for (const part of parts) {
    words.set(part, at)
    at += part.length
  }
  sealIndex(words)
  return new Uint8Array(words.buffer)
}

export function sealIndex(words: Uint32Array): void {
  words[checksumWord] = checksum(words)
}

/**
 * The index in the bytes of an index file, or `undefined` when it is damaged, from another version, or of another file.
 * Who can write an index can make it lie, and look-ups then find nothing or the wrong record; they check what they read at every offset.
 */
export function decodeIndex(bytes: Uint8Array, file: IndexedFile): BreakpadIndex | undefined {
  if (bytes.byteOffset % 4 !== 0 || bytes.length % 4 !== 0 || bytes.length < headerWords * 4) return undefined
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
  const expected = [magic, version, words[checksumWord], ...identityWords(file)]
  if (expected.some((value, i) => words[i] !== value) || words[checksumWord] !== checksum(words)) return undefined
  let lengthAt = expected.length + 1
  let at = headerWords
  const table = (): RecordTable | undefined => {
    const [keys, offsets, sizes, lengths] = columns.map(() => {
      const length = words[lengthAt++] ?? 0
      const column = words.subarray(at, at + length)
      at += length
      return column
    })
    if (keys === undefined || offsets === undefined || sizes === undefined || lengths === undefined) return undefined
    const isWhole = offsets.length === keys.length && isColumn(sizes, keys) && isColumn(lengths, keys)
    return isWhole ? { keys, offsets, sizes, lengths } : undefined
  }
  const [functions, publics, cfi, winFrameData, winFpo, files, inlineOrigins] = tables.map(table)
  if (at !== words.length || !functions || !publics || !cfi || !winFrameData || !winFpo || !files || !inlineOrigins) return undefined
  const badLines = words[expected.length] ?? 0
  return { head: file.head, functions, publics, cfi, winFrameData, winFpo, files, inlineOrigins, badLines }
}

function isColumn(column: Uint32Array, keys: Uint32Array): boolean {
  return column.length === 0 || column.length === keys.length
}

function identityWords({ size, modifiedNs, head }: IndexedFile): number[] {
  const time = BigInt.asUintN(64, modifiedNs)
  return [size % word, Math.floor(size / word), Number(time & 0xffff_ffffn), Number(time >> 32n), headHash(head)]
}

/** Of the module's id and name. FNV-1a, here and below: these guard against accidents, nothing guards against who can write here. */
function headHash({ os, cpu, debugId, debugFile }: ModuleRecord): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(`${os} ${cpu} ${debugId} ${debugFile}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/**
 * Over the header and one word of each 512 bytes behind it: the index is renamed into its place without waiting for the disk, so after a
 * power cut whole blocks of it may be missing, and no disk has smaller ones. Of 64 bytes each, it took as long as reading the index.
 */
function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i += i < headerWords ? 1 : checkedEach) {
    if (i !== checksumWord) hash = Math.imul(hash ^ (words[i] ?? 0), 0x01000193)
  }
  return hash >>> 0
}
