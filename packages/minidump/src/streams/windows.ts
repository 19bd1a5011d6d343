import type { DumpView } from '../dump-view.ts'
import type { Location } from '../location.ts'
import { streamType } from '../stream-types.ts'
import type { Counters } from './counters.ts'
import { type FunctionTable, readFunctionTables } from './function-table.ts'
import { type Handle, readHandleData } from './handle-data.ts'
import { type HandleOperation, readHandleOperationList } from './handle-operation-list.ts'
import { readProcessVmCounters } from './process-vm-counters.ts'
import { readSystemMemoryInfo, type SystemMemoryInfo } from './system-memory-info.ts'
import { readThreadInfoList, type ThreadInfo } from './thread-info-list.ts'
import { readTokenInfoList, type TokenInfo } from './token-info-list.ts'

/** Streams of MiniDumpWriteDump and of what imitates it. `undefined`: the dump has no such stream. */
export interface WindowsStreams {
  readonly handles: readonly Handle[] | undefined
  readonly handleOperations: readonly HandleOperation[] | undefined
  readonly threadInfos: readonly ThreadInfo[] | undefined
  readonly functionTables: readonly FunctionTable[] | undefined
  readonly tokens: readonly TokenInfo[] | undefined
  readonly systemMemory: SystemMemoryInfo | undefined
  readonly processVmCounters: Counters | undefined
}

export function readWindowsStreams(dump: DumpView, streams: ReadonlyMap<number, Location>): WindowsStreams {
  function read<T>(type: number, reader: (dump: DumpView, at: Location) => T): T | undefined {
    const at = streams.get(type)
    return at && reader(dump, at)
  }
  return {
    handles: read(streamType.handleData, readHandleData),
    handleOperations: read(streamType.handleOperationList, readHandleOperationList),
    threadInfos: read(streamType.threadInfoList, readThreadInfoList),
    functionTables: read(streamType.functionTable, readFunctionTables),
    tokens: read(streamType.token, readTokenInfoList),
    systemMemory: read(streamType.systemMemoryInfo, readSystemMemoryInfo),
    processVmCounters: read(streamType.processVmCounters, readProcessVmCounters),
  }
}
