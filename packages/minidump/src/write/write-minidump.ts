import { streamType } from '../stream-types.ts'
import { pointerSize } from '../streams/system-info.ts'
import type { DumpContents } from './dump-contents.ts'
import { DumpWriter } from './dump-writer.ts'
import { writeAssertion, writeBreakpadInfo } from './write-breakpad.ts'
import { writeCrashpadInfo } from './write-crashpad.ts'
import { linuxStreamWriters } from './write-linux.ts'
import { writeMemory64List, writeMemoryInfoList, writeMemoryList } from './write-memory.ts'
import { writeMiscInfo } from './write-misc-info.ts'
import { writeModuleList, writeUnloadedModuleList } from './write-modules.ts'
import { writeSystemInfo } from './write-system-info.ts'
import { writeException, writeThreadList, writeThreadNames } from './write-threads.ts'

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
  add(streamType.threadList, threads, (out, part) => writeThreadList(out, part, architecture))
  add(streamType.threadNames, threads?.some(({ name }) => name !== undefined) ? threads : undefined, writeThreadNames)
  add(streamType.exception, contents.exception, (out, part) => writeException(out, part, architecture))
  add(streamType.moduleList, contents.modules, writeModuleList)
  add(streamType.unloadedModuleList, contents.unloadedModules, writeUnloadedModuleList)
  add(streamType.memoryList, contents.memory, writeMemoryList)
  add(streamType.memory64List, contents.memory64, writeMemory64List)
  add(streamType.memoryInfoList, contents.memoryInfo, writeMemoryInfoList)
  writers.push(...linuxStreamWriters(contents.linux ?? {}, pointerSize(systemInfo)))
  add(streamType.breakpadInfo, contents.breakpadInfo, writeBreakpadInfo)
  add(streamType.assertion, contents.assertion, writeAssertion)
  add(streamType.crashpadInfo, contents.crashpad, writeCrashpadInfo)
  for (const { type, bytes } of contents.extraStreams ?? []) writers.push([type, () => bytes])
  return writers
}
