import { type CodeView, readCodeView } from '../code-view.ts'
import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxModules } from '../limits.ts'
import type { Location } from '../location.ts'
import { moduleIdentity } from '../module-identity.ts'
import { readCountedList, readLocation } from './lists.ts'
import type { SystemInfo } from './system-info.ts'

/** VS_FIXEDFILEINFO as it lies in the module; `valid` when its signature and structure version are right. */
export interface VersionInfo {
  readonly valid: boolean
  readonly fileVersionHigh: number
  readonly fileVersionLow: number
  readonly productVersionHigh: number
  readonly productVersionLow: number
  readonly fileFlagsMask: number
  readonly fileFlags: number
  readonly fileOs: number
  readonly fileType: number
  readonly fileSubtype: number
  readonly fileDateHigh: number
  readonly fileDateLow: number
}

/** One entry of the dump that was joined into a module. */
export interface ModulePiece {
  readonly baseAddress: bigint
  readonly size: number
  readonly name: string
  /** Its index among the entries of the dump; Crashpad's annotations refer to modules by it. */
  readonly entry: number
}

export interface Module {
  readonly baseAddress: bigint
  readonly size: number
  readonly checksum: number
  readonly timestamp: number
  /** The whole path of the code file; empty when the dump has no readable one. */
  readonly name: string
  readonly versionInfo: VersionInfo
  readonly codeView: CodeView | undefined
  /** Lower-case hexadecimal: ELF build id, Mach-O UUID, or timestamp and size of a PE file. */
  readonly codeId?: string
  /** Breakpad's form: 32 upper-case hexadecimal digits and the age. */
  readonly debugId?: string
  /** Leaf name of the file with the debug information. */
  readonly debugFile?: string
  readonly version?: string
  /** Index among the entries of the dump, before joining and with bad entries counted. */
  readonly entry: number
  /** The entries this module was joined from, by address; absent when it is one entry. */
  readonly pieces?: readonly ModulePiece[]
}

const stream = 'ModuleList'

/** 108 on the wire: compilers that align make it 112, and no dump has that. */
export const moduleEntrySize = 108

/** The entries as the dump has them, the unusable ones left out. */
export function readModuleList(dump: DumpView, at: Location, system: SystemInfo | undefined): Module[] {
  const list = readCountedList(dump, at, { stream, entrySize: moduleEntrySize, maximum: maxModules })
  const modules: Module[] = []
  for (let entry = 0; list !== undefined && entry < list.count; entry++) {
    const module = readModule(dump, list.fields, list.at(entry), entry, system)
    if (module !== undefined) modules.push(module)
  }
  return modules
}

function readModule(dump: DumpView, fields: Fields, at: number, entry: number, system: SystemInfo | undefined): Module | undefined {
  const baseAddress = fields.u64(at)
  const size = fields.u32(at + 8)
  if (size === 0 || baseAddress + BigInt(size) >= 1n << 64n) {
    const message = `Module ${entry} at 0x${baseAddress.toString(16)} has an impossible size of ${size} bytes; it was left out.`
    dump.problems.add('bad_module', message, stream)
    return undefined
  }
  const timestamp = fields.u32(at + 16)
  const name = dump.utf16String(fields.u32(at + 20), stream) ?? ''
  const versionInfo = readVersionInfo(fields, at + 24)
  const codeView = readCodeView(dump, readLocation(fields, at + 76))
  return {
    baseAddress,
    size,
    checksum: fields.u32(at + 12),
    timestamp,
    name,
    versionInfo,
    codeView,
    ...moduleIdentity({ name, size, timestamp, codeView, versionInfo, os: system?.os ?? 'unknown', littleEndian: dump.littleEndian }),
    entry,
  }
}

function readVersionInfo(fields: Fields, at: number): VersionInfo {
  return {
    valid: fields.u32(at) === 0xfeef04bd && fields.u32(at + 4) === 0x00010000,
    fileVersionHigh: fields.u32(at + 8),
    fileVersionLow: fields.u32(at + 12),
    productVersionHigh: fields.u32(at + 16),
    productVersionLow: fields.u32(at + 20),
    fileFlagsMask: fields.u32(at + 24),
    fileFlags: fields.u32(at + 28),
    fileOs: fields.u32(at + 32),
    fileType: fields.u32(at + 36),
    fileSubtype: fields.u32(at + 40),
    fileDateHigh: fields.u32(at + 44),
    fileDateLow: fields.u32(at + 48),
  }
}
