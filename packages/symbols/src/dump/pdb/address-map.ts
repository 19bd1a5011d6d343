import { type PeSection, readSectionHeaders } from '../pe/read-pe.ts'
import type { DebugInformation } from './dbi.ts'
import { maxTableBytes } from './limits.ts'
import { u32, u32Array } from './little-endian.ts'
import type { MsfFile } from './msf.ts'
import { readStream } from './pdb-info.ts'

/**
 * From the addresses that a PDB uses inside to those of the image. Where a tool moved code after linking (Windows' own libraries), the PDB keeps the
 * original section headers and OMAP, a table of what went where.
 */
export interface AddressMap {
  /** Address in the image, or -1 where that place is gone or never was. */
  rva(segment: number, offset: number): number
  /** From an address before the move. */
  fromOriginal(address: number): number
  /** Pieces of an original range, as pairs of start and end in the image, in the order of the original. */
  ranges(start: number, end: number): number[]
  isCode(segment: number): boolean
}

const codeFlags = 0x20 | 0x2000_0000

export function readAddressMap(msf: MsfFile, dbi: DebugInformation): AddressMap {
  const omap = readOmap(readStream(msf, dbi.omapFromSourceStream, maxTableBytes))
  const own = readSections(msf, dbi.sectionHeaderStream)
  const original = omap === undefined ? own : (readSections(msf, dbi.originalSectionHeaderStream) ?? own)
  const sections = original ?? []
  const fromOriginal = omap === undefined ? (address: number): number => address : (address: number): number => lookUp(omap, address)
  return {
    rva(segment: number, offset: number): number {
      const section = sections[segment - 1]
      return section === undefined ? -1 : fromOriginal((section.rva + offset) >>> 0)
    },
    fromOriginal,
    ranges: (start, end) => (omap === undefined ? (start < end ? [start, end] : []) : movedRanges(omap, start, end)),
    isCode: (segment) => ((sections[segment - 1]?.characteristics ?? 0) & codeFlags) !== 0,
  }
}

function readSections(msf: MsfFile, stream: number | undefined): PeSection[] | undefined {
  const bytes = readStream(msf, stream, maxTableBytes)
  return bytes === undefined || bytes.length === 0 ? undefined : readSectionHeaders(bytes)
}

interface Omap {
  readonly from: Uint32Array
  /** 0 where nothing of it is left. */
  readonly to: Uint32Array
}

function readOmap(bytes: Uint8Array | undefined): Omap | undefined {
  if (bytes === undefined || bytes.length < 8) return undefined
  const all = u32Array(bytes, 0, (bytes.length >> 3) * 2)
  const from = all.filter((_, index) => index % 2 === 0)
  const to = all.filter((_, index) => index % 2 === 1)
  for (let i = 1; i < from.length; i++) if ((from[i] ?? 0) < (from[i - 1] ?? 0)) return sorted(bytes)
  return { from, to }
}

/** They are written in order; where they are not, a search would miss some. */
function sorted(bytes: Uint8Array): Omap {
  const order = Uint32Array.from({ length: bytes.length >> 3 }, (_, index) => index)
  order.sort((left, right) => u32(bytes, left * 8) - u32(bytes, right * 8))
  return { from: order.map((index) => u32(bytes, index * 8)), to: order.map((index) => u32(bytes, index * 8 + 4)) }
}

/** The last entry at or before an address, or -1. */
function entryAt(omap: Omap, address: number): number {
  let low = 0
  let high = omap.from.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((omap.from[middle] ?? 0) <= address) low = middle + 1
    else high = middle
  }
  return low - 1
}

function lookUp(omap: Omap, address: number): number {
  const entry = entryAt(omap, address)
  const to = omap.to[entry] ?? 0
  return to === 0 ? -1 : (to + address - (omap.from[entry] ?? 0)) >>> 0
}

function movedRanges(omap: Omap, start: number, end: number): number[] {
  const ranges: number[] = []
  let at = start
  for (let entry = entryAt(omap, start); at < end && entry < omap.from.length; entry++) {
    const next = Math.min(end, omap.from[entry + 1] ?? end)
    const to = omap.to[entry] ?? 0
    if (entry >= 0 && next > at && to !== 0) {
      const moved = (to + at - (omap.from[entry] ?? 0)) >>> 0
      ranges.push(moved, moved + next - at)
    }
    at = Math.max(at, next)
  }
  return ranges
}
