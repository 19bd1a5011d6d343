import type { CodeView } from './code-view.ts'
import { Fields, hexBytes } from './fields.ts'
import { leafName } from './leaf-name.ts'
import type { VersionInfo } from './streams/module-list.ts'
import type { OsName } from './streams/system-info.ts'

/** The names under which a module's files and symbols are looked up; a part that the dump does not give is left out. */
export interface ModuleIdentity {
  readonly codeId?: string
  readonly debugId?: string
  readonly debugFile?: string
  readonly version?: string
}

export interface IdentityInput {
  readonly name: string
  readonly size: number
  readonly timestamp: number
  readonly codeView: CodeView | undefined
  readonly versionInfo: VersionInfo
  readonly os: OsName
  readonly littleEndian: boolean
}

export function moduleIdentity(module: IdentityInput): ModuleIdentity {
  const codeId = moduleCodeId(module)
  const debugId = moduleDebugId(module)
  const debugFile = moduleDebugFile(module)
  const version = moduleVersion(module.versionInfo, module.os)
  return {
    ...(codeId !== undefined && { codeId }),
    ...(debugId !== undefined && { debugId }),
    ...(debugFile !== undefined && { debugFile }),
    ...(version !== undefined && { version }),
  }
}

/** How Microsoft's symbol servers name a PE file: timestamp in eight digits, size of the image without padding. */
export function peCodeId(timestamp: number, size: number): string {
  return timestamp.toString(16).padStart(8, '0') + size.toString(16)
}

function moduleCodeId({ codeView, os, timestamp, size }: IdentityInput): string | undefined {
  switch (codeView?.kind) {
    case 'elf':
      return isZero(codeView.buildId) ? undefined : hexBytes(codeView.buildId)
    case 'pdb70':
      // Crashpad writes the LC_UUID of a Mach-O file as if it were a PDB's GUID.
      return os === 'Mac OS X' || os === 'iOS' ? codeView.guid : peCodeId(timestamp, size)
    case 'pdb20':
      return peCodeId(timestamp, size)
    default:
      return os === 'Windows NT' && codeView === undefined ? peCodeId(timestamp, size) : undefined
  }
}

function moduleDebugId({ codeView, littleEndian }: IdentityInput): string | undefined {
  switch (codeView?.kind) {
    case 'elf': {
      if (isZero(codeView.buildId)) return undefined
      const first = new Uint8Array(16)
      first.set(codeView.buildId.subarray(0, 16))
      return `${new Fields(first, littleEndian).guid(0).toUpperCase()}0`
    }
    case 'pdb70': {
      const id = codeView.guid.toUpperCase() + codeView.age.toString(16)
      return /^0+$/.test(id) ? undefined : id
    }
    case 'pdb20':
      return codeView.timestamp.toString(16).toUpperCase().padStart(8, '0') + codeView.age.toString(16)
    default:
      return undefined
  }
}

/** An ELF file is its own debug file. */
function moduleDebugFile({ codeView, name }: IdentityInput): string | undefined {
  switch (codeView?.kind) {
    case 'elf':
      return leafName(name)
    case 'pdb70':
    case 'pdb20':
      return leafName(codeView.fileName)
    default:
      return undefined
  }
}

/** Windows and Apple use two words of four halves; writers for ELF files use a word for each number. */
function moduleVersion(info: VersionInfo, os: OsName): string | undefined {
  if (!info.valid) return undefined
  const { fileVersionHigh: high, fileVersionLow: low } = info
  if (os === 'Windows NT' || os === 'Mac OS X' || os === 'iOS') {
    return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.')
  }
  return [high, low, info.productVersionHigh, info.productVersionLow].join('.')
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
