import { cString, u16, u32 } from '../pdb/little-endian.ts'
import { maxDebugEntries, maxPdbPathBytes } from './limits.ts'
import { debugDirectory, type PeFile } from './read-pe.ts'

/** What ties a PE to its PDB, and names both in crash reports. */
export interface CodeViewRecord {
  /** As crash reports print it: the GUID's digits, or the time stamp of an old PDB, with the age. */
  readonly debugId: string
  /** The digits without the age. */
  readonly signature: string
  readonly pdbPath: string
}

const entryBytes = 28
const codeViewEntry = 2
const rsds = 0x5344_5352
const nb10 = 0x3031_424e

export function readCodeView(pe: PeFile): CodeViewRecord | undefined {
  const directory = pe.directory(debugDirectory)
  if (directory === undefined) return undefined
  const count = Math.min(Math.floor(directory.size / entryBytes), maxDebugEntries)
  const entries = pe.read(directory.rva, count * entryBytes)
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    if (u32(entries, at + 12) !== codeViewEntry) continue
    const bytes = pe.read(u32(entries, at + 20), Math.min(u32(entries, at + 16), maxPdbPathBytes))
    const record = codeView(bytes)
    if (record !== undefined) return record
  }
  return undefined
}

function codeView(bytes: Uint8Array): CodeViewRecord | undefined {
  if (bytes.length >= 24 && u32(bytes, 0) === rsds) {
    const signature = guidDigits(bytes, 4)
    return { signature, debugId: signature + ageDigits(u32(bytes, 20)), pdbPath: cString(bytes, 24, bytes.length) }
  }
  if (bytes.length >= 16 && u32(bytes, 0) === nb10) {
    const signature = u32(bytes, 8).toString(16).toUpperCase().padStart(8, '0')
    return { signature, debugId: signature + ageDigits(u32(bytes, 12)), pdbPath: cString(bytes, 16, bytes.length) }
  }
  return undefined
}

export function ageDigits(age: number): string {
  return age.toString(16).toUpperCase()
}

/** 32 digits; the first three fields of a GUID are stored with the lowest byte first. */
export function guidDigits(bytes: Uint8Array, at: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
  let digits = hex(u32(bytes, at), 8) + hex(u16(bytes, at + 4), 4) + hex(u16(bytes, at + 6), 4)
  for (let i = 8; i < 16; i++) digits += hex(bytes[at + i] ?? 0, 2)
  return digits
}
