import type { ByteSource } from './byte-source.ts'
import type { StreamEntry } from './directory.ts'
import type { MemoryMap } from './memory-map.ts'
import type { MicrodumpInfo } from './microdump/parse-microdump.ts'
import type { Problem } from './problem.ts'
import type { Assertion } from './streams/assertion.ts'
import type { BreakpadInfo } from './streams/breakpad-info.ts'
import type { Comments } from './streams/comments.ts'
import type { CrashpadInfo } from './streams/crashpad-info.ts'
import type { Exception } from './streams/exception.ts'
import type { LinuxStreams } from './streams/linux.ts'
import type { MacStreams } from './streams/mac.ts'
import type { MemoryRegion } from './streams/memory-info-list.ts'
import type { MiscInfo } from './streams/misc-info.ts'
import type { Module } from './streams/module-list.ts'
import type { OpaqueStream } from './streams/opaque-streams.ts'
import type { StabilityReport } from './streams/stability-report.ts'
import type { SystemInfo } from './streams/system-info.ts'
import type { Thread } from './streams/thread-list.ts'
import type { UnloadedModule } from './streams/unloaded-module-list.ts'
import type { WindowsStreams } from './streams/windows.ts'

/**
 * Everything a dump says. What the dump does not have is `undefined` or an empty list; what it has damaged is listed in `problems`.
 * The contents of memory are not here: they are read on demand through `memory` and `source`.
 */
export interface Minidump {
  readonly source: ByteSource
  readonly littleEndian: boolean
  /** The whole field: the low half is the format's constant, the high half is the writer's. */
  readonly version: number
  /** When the dump was written, Unix seconds. */
  readonly timestamp: number
  readonly flags: bigint
  readonly streams: readonly StreamEntry[]
  readonly systemInfo: SystemInfo | undefined
  readonly miscInfo: MiscInfo | undefined
  /** `undefined`: the dump has no thread list at all, or it is unreadable from its start. */
  readonly threads: readonly Thread[] | undefined
  readonly exception: Exception | undefined
  /** In the order of the dump; the first is the main program. Entries that are pieces of one ELF file are joined. */
  readonly modules: readonly Module[]
  readonly unloadedModules: readonly UnloadedModule[]
  readonly memory: MemoryMap
  readonly memoryInfo: readonly MemoryRegion[]
  readonly linux: LinuxStreams
  readonly windows: WindowsStreams
  readonly mac: MacStreams
  readonly breakpadInfo: BreakpadInfo | undefined
  readonly assertion: Assertion | undefined
  readonly crashpad: CrashpadInfo | undefined
  /** JSON text of Mozilla's writer. */
  readonly softErrors: string | undefined
  readonly stabilityReport: StabilityReport | undefined
  readonly comments: Comments
  /** Streams of a form nobody told us. */
  readonly opaqueStreams: readonly OpaqueStream[]
  /** Set when the dump was read from a log: see `readMicrodump`. */
  readonly microdump: MicrodumpInfo | undefined
  readonly problems: readonly Problem[]
}
