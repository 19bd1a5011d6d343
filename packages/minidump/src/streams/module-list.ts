import type { CodeView } from '../code-view.ts'

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
