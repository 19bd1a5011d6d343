import type { CodeView } from '../code-view.ts'
import type { Assertion } from '../streams/assertion.ts'
import type { BreakpadInfo } from '../streams/breakpad-info.ts'
import type { Comments } from '../streams/comments.ts'
import type { CrashpadInfo } from '../streams/crashpad-info.ts'
import type { LinuxStreams } from '../streams/linux.ts'
import type { MacStreams } from '../streams/mac.ts'
import type { MemoryRegion } from '../streams/memory-info-list.ts'
import type { MiscInfo } from '../streams/misc-info.ts'
import type { VersionInfo } from '../streams/module-list.ts'
import type { StabilityReport } from '../streams/stability-report.ts'
import type { SystemInfo } from '../streams/system-info.ts'
import type { UnloadedModule } from '../streams/unloaded-module-list.ts'
import type { WindowsStreams } from '../streams/windows.ts'
import type { HeaderContents } from './dump-writer.ts'

export interface MemoryContents {
  readonly startAddress: bigint
  readonly bytes: Uint8Array
}

export interface ContextContents {
  /** The whole record as it is; the rest is left alone then. */
  readonly bytes?: Uint8Array
  /** By the names of `CpuContext.registers` and `otherRegisters`; what is not named is 0. */
  readonly registers: Readonly<Record<string, bigint | number>>
  /** Instead of the flags of a whole context. */
  readonly flags?: number
  /** What follows the record: XSTATE and the like. */
  readonly extraBytes?: number
}

export interface ThreadContents {
  readonly id: number
  readonly suspendCount?: number
  readonly priorityClass?: number
  readonly priority?: number
  readonly tebAddress?: bigint
  readonly stack?: MemoryContents
  /** Needs `extendedThreads`. */
  readonly backingStore?: MemoryContents
  readonly context?: ContextContents
  readonly name?: string
}

export interface ExceptionContents {
  readonly threadId: number
  readonly code: number
  readonly flags?: number
  readonly nestedRecordAddress?: bigint
  readonly address?: bigint
  readonly parameters?: readonly bigint[]
  readonly context?: ContextContents
}

export interface ModuleContents {
  readonly baseAddress: bigint
  readonly size: number
  readonly name: string
  readonly checksum?: number
  readonly timestamp?: number
  readonly versionInfo?: VersionInfo
  readonly codeView?: CodeView
}

/** Everything that a dump can be written from. A part that is absent gets no stream. */
export interface DumpContents extends HeaderContents {
  readonly littleEndian?: boolean
  /** Four bytes of padding after the counts of lists, as Breakpad once wrote them. */
  readonly paddedLists?: boolean
  readonly systemInfo?: SystemInfo
  readonly miscInfo?: MiscInfo
  readonly threads?: readonly ThreadContents[]
  /** Threads as ThreadExList. */
  readonly extendedThreads?: boolean
  readonly exception?: ExceptionContents
  readonly modules?: readonly ModuleContents[]
  readonly unloadedModules?: readonly Omit<UnloadedModule, 'codeId'>[]
  readonly memory?: readonly MemoryContents[]
  /** As a full dump has it; the bytes of all of them follow each other. */
  readonly memory64?: readonly MemoryContents[]
  readonly memoryInfo?: readonly MemoryRegion[]
  readonly linux?: LinuxStreams
  readonly windows?: Partial<WindowsStreams>
  readonly mac?: MacStreams
  readonly comments?: Comments
  readonly softErrors?: string
  readonly stabilityReport?: StabilityReport
  readonly breakpadInfo?: BreakpadInfo
  readonly assertion?: Assertion
  readonly crashpad?: CrashpadInfo
  /** Streams by number, also ones that no reader knows. */
  readonly extraStreams?: readonly { readonly type: number; readonly bytes: Uint8Array }[]
}
