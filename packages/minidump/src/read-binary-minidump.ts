import type { ByteSource } from './byte-source.ts'
import { indexStreams, readDirectory } from './directory.ts'
import { DumpView } from './dump-view.ts'
import { readHeader } from './header.ts'
import { joinModules } from './join-modules.ts'
import type { Location } from './location.ts'
import { memoryMap } from './memory-map.ts'
import type { Minidump } from './minidump.ts'
import { streamType } from './stream-types.ts'
import { readAssertion } from './streams/assertion.ts'
import { readBreakpadInfo } from './streams/breakpad-info.ts'
import { readComments } from './streams/comments.ts'
import { readCrashpadInfo } from './streams/crashpad-info.ts'
import { readException } from './streams/exception.ts'
import { readLinuxStreams } from './streams/linux.ts'
import { readMacStreams } from './streams/mac.ts'
import { readMemoryInfoList } from './streams/memory-info-list.ts'
import { readMemoryList } from './streams/memory-list.ts'
import { readMemory64List } from './streams/memory64-list.ts'
import { readMiscInfo } from './streams/misc-info.ts'
import { readModuleList } from './streams/module-list.ts'
import { readOpaqueStreams } from './streams/opaque-streams.ts'
import { readSoftErrors } from './streams/soft-errors.ts'
import { readStabilityReport } from './streams/stability-report.ts'
import { pointerSize, readSystemInfo } from './streams/system-info.ts'
import { readThreadList } from './streams/thread-list.ts'
import { readThreadNames } from './streams/thread-names.ts'
import { readUnloadedModuleList } from './streams/unloaded-module-list.ts'
import { readWindowsStreams } from './streams/windows.ts'

/** The format itself, without looking for anything else. Throws what `readMinidump` throws. */
export function readBinaryMinidump(source: ByteSource): Minidump {
  const header = readHeader(source)
  const dump = new DumpView(source, header.littleEndian)
  const streams = readDirectory(dump, header)
  const byType = indexStreams(dump, streams)
  function read<T>(type: number, reader: (at: Location) => T): T | undefined {
    const at = byType.get(type)
    return at && reader(at)
  }

  const systemInfo = read(streamType.systemInfo, (at) => readSystemInfo(dump, at))
  if (systemInfo === undefined) {
    dump.problems.add('missing_stream', 'The dump does not say which system and CPU it is from.', 'SystemInfo')
  }
  const linux = readLinuxStreams(dump, byType, pointerSize(systemInfo))
  // LLDB keeps stacks in MemoryList and the rest in Memory64List, so one does not replace the other.
  const memory = memoryMap(dump, [
    ...(read(streamType.memory64List, (at) => readMemory64List(dump, at)) ?? []),
    ...(read(streamType.memoryList, (at) => readMemoryList(dump, at)) ?? []),
  ])
  const names = read(streamType.threadNames, (at) => readThreadNames(dump, at)) ?? new Map<number, string>()
  const around = { system: systemInfo, memory, names }
  const threads =
    read(streamType.threadList, (at) => readThreadList(dump, at, around)) ??
    read(streamType.threadExList, (at) => readThreadList(dump, at, around, 'ThreadExList'))
  const entries = read(streamType.moduleList, (at) => readModuleList(dump, at, systemInfo)) ?? []
  const result: Omit<Minidump, 'problems'> = {
    source,
    littleEndian: header.littleEndian,
    version: header.version,
    timestamp: header.timestamp,
    flags: header.flags,
    streams,
    systemInfo,
    miscInfo: read(streamType.miscInfo, (at) => readMiscInfo(dump, at)),
    threads,
    exception: read(streamType.exception, (at) => readException(dump, at, systemInfo)),
    modules: joinModules(entries, systemInfo, linux.maps),
    unloadedModules: read(streamType.unloadedModuleList, (at) => readUnloadedModuleList(dump, at)) ?? [],
    memory,
    memoryInfo: read(streamType.memoryInfoList, (at) => readMemoryInfoList(dump, at)) ?? [],
    linux,
    windows: readWindowsStreams(dump, byType),
    mac: readMacStreams(dump, byType),
    breakpadInfo: read(streamType.breakpadInfo, (at) => readBreakpadInfo(dump, at)),
    assertion: read(streamType.assertion, (at) => readAssertion(dump, at)),
    crashpad: read(streamType.crashpadInfo, (at) => readCrashpadInfo(dump, at)),
    softErrors: read(streamType.mozSoftErrors, (at) => readSoftErrors(dump, at)),
    stabilityReport: read(streamType.stabilityReport, (at) => readStabilityReport(dump, at)),
    comments: readComments(dump, byType),
    opaqueStreams: readOpaqueStreams(dump, byType),
    microdump: undefined,
  }
  return { ...result, problems: dump.problems.list() }
}
