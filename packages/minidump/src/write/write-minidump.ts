import { streamType } from '../stream-types.ts'
import { pointerSize } from '../streams/system-info.ts'
import type { DumpContents } from './dump-contents.ts'
import { DumpWriter } from './dump-writer.ts'
import { writeAssertion, writeBreakpadInfo } from './write-breakpad.ts'
import { writeCrashpadInfo } from './write-crashpad.ts'
import { linuxStreamWriters } from './write-linux.ts'
import { macStreamWriters } from './write-mac.ts'
import { writeMemory64List, writeMemoryInfoList, writeMemoryList } from './write-memory.ts'
import { writeMiscInfo } from './write-misc-info.ts'
import { writeModuleList, writeUnloadedModuleList } from './write-modules.ts'
import { writeStabilityReport } from './write-stability-report.ts'
import { writeSystemInfo } from './write-system-info.ts'
import { textStreamWriters } from './write-texts.ts'
import { writeException, writeThreadList, writeThreadNames } from './write-threads.ts'
import { windowsStreamWriters } from './write-windows.ts'

export type StreamWriter = readonly [type: number, write: (out: DumpWriter) => Uint8Array]

/** A minidump with exactly the given contents. Throws a RangeError for what the format has no room for. */
export function writeMinidump(contents: DumpContents): Uint8Array<ArrayBuffer> {
  const writers = streamWriters(contents)
  const out = new DumpWriter(writers.length, contents.littleEndian ?? true, contents.paddedLists ?? false)
  for (const [type, write] of writers) out.addStream(type, write(out))
  return out.finish(contents)
}

function streamWriters(contents: DumpContents): StreamWriter[] {
  const writers: StreamWriter[] = []
  function add<T>(type: number, part: T | undefined, write: (out: DumpWriter, part: T) => Uint8Array): void {
    if (part !== undefined) writers.push([type, (out) => write(out, part)])
  }
  const { systemInfo, threads } = contents
  const architecture = systemInfo?.cpuRaw
  add(streamType.systemInfo, systemInfo, writeSystemInfo)
  add(streamType.miscInfo, contents.miscInfo, writeMiscInfo)
  const threadType = contents.extendedThreads ? streamType.threadExList : streamType.threadList
  add(threadType, threads, (out, part) => writeThreadList(out, part, architecture, contents.extendedThreads ?? false))
  add(streamType.threadNames, threads?.some(({ name }) => name !== undefined) ? threads : undefined, writeThreadNames)
  add(streamType.exception, contents.exception, (out, part) => writeException(out, part, architecture))
  add(streamType.moduleList, contents.modules, writeModuleList)
  add(streamType.unloadedModuleList, contents.unloadedModules, writeUnloadedModuleList)
  add(streamType.memoryList, contents.memory, writeMemoryList)
  add(streamType.memory64List, contents.memory64, writeMemory64List)
  add(streamType.memoryInfoList, contents.memoryInfo, writeMemoryInfoList)
  writers.push(...linuxStreamWriters(contents.linux ?? {}, pointerSize(systemInfo)))
  writers.push(...windowsStreamWriters(contents.windows ?? {}), ...macStreamWriters(contents.mac ?? {}))
  writers.push(...textStreamWriters(contents.comments ?? {}, contents.softErrors))
  add(streamType.stabilityReport, contents.stabilityReport, writeStabilityReport)
  add(streamType.breakpadInfo, contents.breakpadInfo, writeBreakpadInfo)
  add(streamType.assertion, contents.assertion, writeAssertion)
  add(streamType.crashpadInfo, contents.crashpad, writeCrashpadInfo)
  for (const { type, bytes } of contents.extraStreams ?? []) writers.push([type, () => bytes])
  return writers
}
