import type { ByteSource } from '../../byte-source.ts'
import { maxDirectoryBytes, maxDirectoryMapBytes, maxPageBytes, maxStreams, minPageBytes } from './limits.ts'
import { u32, u32Array } from './little-endian.ts'

/** One stream of a PDB: its pages lie anywhere in the file. */
export interface MsfStream {
  readonly size: number
  /** Fewer bytes than asked only where the stream or the file ends. */
  read(offset: number, length: number): Uint8Array
}

export interface MsfFile {
  readonly streamCount: number
  /** Undefined where there is none of that number, or only a deleted one. */
  stream(index: number): MsfStream | undefined
}

/** What keeps a PDB from being read at all. */
export type MsfRefusal = { refused: 'no_pdb' | 'old_pdb' | 'bad_directory'; message: string }

const magic = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0'
// Written until Visual C++ 6: 16 bit page numbers, other streams.
const oldMagic = 'Microsoft C/C++ program database 2.00\r\n\x1aJG\0\0'
const headerBytes = 52
const deletedStream = 0xffff_ffff

export function hasPdbMagic(head: Uint8Array): boolean {
  return startsWith(head, magic) || startsWith(head, oldMagic)
}

/** The container of a PDB: a directory of streams, each a list of pages. Nothing but the directory is kept in memory. */
export function openMsf(source: ByteSource): MsfFile | MsfRefusal {
  const head = source.read(0, maxPageBytes)
  if (startsWith(head, oldMagic)) {
    return { refused: 'old_pdb', message: 'This PDB is of format 2.00, as Visual C++ 6 and older wrote it; only 7.00 can be read.' }
  }
  if (!startsWith(head, magic)) return { refused: 'no_pdb', message: 'The file does not begin as a PDB does.' }
  const pageBytes = u32(head, 32)
  if (pageBytes < minPageBytes || pageBytes > maxPageBytes || (pageBytes & (pageBytes - 1)) !== 0) {
    return badDirectory(`Its page size ${pageBytes} is not possible.`)
  }
  const directory = readDirectory(source, head, pageBytes)
  return typeof directory === 'string' ? badDirectory(directory) : openStreams(source, pageBytes, directory)
}

function badDirectory(why: string): MsfRefusal {
  return { refused: 'bad_directory', message: `The directory of this PDB cannot be read. ${why}` }
}

function readDirectory(source: ByteSource, head: Uint8Array, pageBytes: number): Uint8Array | string {
  const size = u32(head, 44)
  if (size < 4 || size > maxDirectoryBytes || size > source.size) return `Its size ${size} is not possible; the file may be cut off.`
  const pageCount = Math.ceil(size / pageBytes)
  const mapBytes = pageCount * 4
  const mapPages = Math.ceil(mapBytes / pageBytes)
  if (mapBytes > maxDirectoryMapBytes || headerBytes + mapPages * 4 > pageBytes) return `Its size ${size} is not possible.`
  const map = readPages(source, u32Array(head, headerBytes, mapPages), pageBytes, mapBytes)
  if (map === undefined) return 'Its page list lies outside of the file; the file may be cut off.'
  return readPages(source, u32Array(map, 0, pageCount), pageBytes, size) ?? 'It lies outside of the file; the file may be cut off.'
}

function readPages(source: ByteSource, pages: Uint32Array, pageBytes: number, size: number): Uint8Array | undefined {
  const result = new Uint8Array(size)
  for (let i = 0; i < pages.length; i++) {
    const at = i * pageBytes
    const wanted = Math.min(pageBytes, size - at)
    const bytes = source.read((pages[i] ?? 0) * pageBytes, wanted)
    if (bytes.length < wanted) return undefined
    result.set(bytes, at)
  }
  return result
}

function openStreams(source: ByteSource, pageBytes: number, directory: Uint8Array): MsfFile | MsfRefusal {
  const streamCount = u32(directory, 0)
  if (streamCount > maxStreams || 4 + streamCount * 4 > directory.length) return badDirectory(`It cannot have ${streamCount} streams.`)
  const sizes = u32Array(directory, 4, streamCount)
  const firstPages = new Uint32Array(streamCount + 1)
  let pageCount = 0
  for (let i = 0; i < streamCount; i++) {
    firstPages[i] = pageCount
    pageCount += streamPages(sizes[i] ?? 0, pageBytes)
    // A page belongs to one stream only, so that what all streams hold together is never more than the file.
    if (pageCount * pageBytes > source.size + pageBytes)
      return badDirectory('Its streams are larger than the file; the file may be cut off.')
  }
  firstPages[streamCount] = pageCount
  const pagesAt = 4 + streamCount * 4
  if (pagesAt + pageCount * 4 > directory.length) return badDirectory('It ends before its last page number.')
  const pages = u32Array(directory, pagesAt, pageCount)
  return {
    streamCount,
    stream(index: number): MsfStream | undefined {
      const size = sizes[index]
      if (size === undefined || size === deletedStream) return undefined
      return openStream(source, pageBytes, pages.subarray(firstPages[index], firstPages[index + 1]), size)
    },
  }
}

function streamPages(size: number, pageBytes: number): number {
  return size === deletedStream ? 0 : Math.ceil(size / pageBytes)
}

function openStream(source: ByteSource, pageBytes: number, pages: Uint32Array, size: number): MsfStream {
  return {
    size,
    read(offset: number, length: number): Uint8Array {
      const end = Math.min(offset + length, size)
      if (offset >= end) return new Uint8Array(0)
      let at = offset
      let result: Uint8Array | undefined
      // Pages that follow one another in the file are read at once.
      while (at < end) {
        const first = Math.floor(at / pageBytes)
        let next = first + 1
        const page = pages[first] ?? 0
        while (next * pageBytes < end && pages[next] === page + next - first) next++
        const until = Math.min(end, next * pageBytes)
        const bytes = source.read(page * pageBytes + (at - first * pageBytes), until - at)
        if (result === undefined && until === end) return bytes
        result ??= new Uint8Array(end - offset)
        result.set(bytes, at - offset)
        if (bytes.length < until - at) return result.subarray(0, at - offset + bytes.length)
        at = until
      }
      return result ?? new Uint8Array(0)
    },
  }
}

function startsWith(bytes: Uint8Array, prefix: string): boolean {
  if (bytes.length < prefix.length) return false
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix.charCodeAt(i)) return false
  return true
}
