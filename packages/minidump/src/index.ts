export { type ByteSource, bytesSource } from './byte-source.ts'
export type { CodeView } from './code-view.ts'
export type { CpuContext } from './context/cpu-context.ts'
export { readCrashpadReportId } from './crashpad-report-id.ts'
export { describeMinidump } from './describe/describe-minidump.ts'
export { formatDump } from './describe/format-dump.ts'
export type { StreamEntry } from './directory.ts'
export { MinidumpError, type MinidumpErrorCode } from './errors.ts'
export { leafName } from './leaf-name.ts'
export type { Location } from './location.ts'
export type { MemoryMap, MemoryRange } from './memory-map.ts'
export type { Minidump } from './minidump.ts'
export type { Problem, ProblemCode } from './problem.ts'
export { readMinidump } from './read-minidump.ts'
export type { Assertion } from './streams/assertion.ts'
export type { AuxvEntry } from './streams/auxv.ts'
export type { BreakpadInfo } from './streams/breakpad-info.ts'
export type { AnnotationObject, CrashpadInfo, CrashpadModule } from './streams/crashpad-info.ts'
export type { DsoDebug, DsoEntry } from './streams/dso-debug.ts'
export type { Exception } from './streams/exception.ts'
export type { LinuxStreams } from './streams/linux.ts'
export { type LinuxMapping, parseLinuxMaps } from './streams/linux-maps.ts'
export type { MemoryRegion } from './streams/memory-info-list.ts'
export type { MiscInfo, SystemTime, TimeZone, XstateFeature } from './streams/misc-info.ts'
export type { Module, ModulePiece, VersionInfo } from './streams/module-list.ts'
export type { CpuInformation, CpuName, KnownCpu, OsName, SystemInfo } from './streams/system-info.ts'
export type { Thread } from './streams/thread-list.ts'
export type { UnloadedModule } from './streams/unloaded-module-list.ts'
export type {
  ContextContents,
  DumpContents,
  ExceptionContents,
  MemoryContents,
  ModuleContents,
  ThreadContents,
} from './write/dump-contents.ts'
export { writeMinidump } from './write/write-minidump.ts'
