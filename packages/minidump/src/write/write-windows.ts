import { streamType } from '../stream-types.ts'
import type { CounterLayout, Counters } from '../streams/counters.ts'
import type { FunctionTable } from '../streams/function-table.ts'
import type { Handle, HandleObjectInfo } from '../streams/handle-data.ts'
import type { HandleOperation } from '../streams/handle-operation-list.ts'
import { firstLayout, secondLayout } from '../streams/process-vm-counters.ts'
import {
  basicLayout,
  commitLayout,
  fileCacheLayout,
  performanceLayout,
  type SystemMemoryInfo,
  systemMemoryInfoSize,
} from '../streams/system-memory-info.ts'
import type { ThreadInfo } from '../streams/thread-info-list.ts'
import type { TokenInfo } from '../streams/token-info-list.ts'
import type { WindowsStreams } from '../streams/windows.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { RecordWriter } from './record.ts'
import type { StreamWriter } from './write-minidump.ts'

export function windowsStreamWriters(windows: Partial<WindowsStreams>): StreamWriter[] {
  const writers: StreamWriter[] = []
  function add<T>(type: number, part: T | undefined, write: (out: DumpWriter, part: T) => Uint8Array): void {
    if (part !== undefined) writers.push([type, (out) => write(out, part)])
  }
  add(streamType.handleData, windows.handles, writeHandleData)
  add(streamType.handleOperationList, windows.handleOperations, writeHandleOperations)
  add(streamType.threadInfoList, windows.threadInfos, writeThreadInfos)
  add(streamType.functionTable, windows.functionTables, writeFunctionTables)
  add(streamType.token, windows.tokens, writeTokens)
  add(streamType.systemMemoryInfo, windows.systemMemory, writeSystemMemoryInfo)
  add(streamType.processVmCounters, windows.processVmCounters, writeProcessVmCounters)
  return writers
}

/** A list behind the size of its header, the size of an entry and a count. */
function extendedList<T>(
  out: DumpWriter,
  sizes: { readonly header: number; readonly entry: number },
  items: readonly T[],
  write: (record: RecordWriter, offset: number, item: T) => void,
): Uint8Array {
  const record = out.record(sizes.header + sizes.entry * items.length)
  record.u32(0, sizes.header)
  record.u32(4, sizes.entry)
  record.u32(8, items.length)
  items.forEach((item, i) => {
    write(record, sizes.header + i * sizes.entry, item)
  })
  return record.bytes
}

/** The first version of the records where no handle has more than it can say. */
function writeHandleData(out: DumpWriter, handles: readonly Handle[]): Uint8Array {
  const hasInfos = handles.some(({ objectInfos }) => objectInfos !== undefined)
  const placed = handles.map((handle) => ({
    handle,
    typeName: handle.typeName === undefined ? 0 : out.utf16String(handle.typeName),
    objectName: handle.objectName === undefined ? 0 : out.utf16String(handle.objectName),
    infos: writeObjectInfos(out, handle.objectInfos ?? []),
  }))
  return extendedList(out, { header: 16, entry: hasInfos ? 40 : 32 }, placed, (record, at, { handle, typeName, objectName, infos }) => {
    record.u64(at, handle.handle)
    const words = [typeName, objectName, handle.attributes, handle.grantedAccess, handle.handleCount, handle.pointerCount]
    words.forEach((value, i) => {
      record.u32(at + 8 + 4 * i, value)
    })
    if (hasInfos) record.u32(at + 32, infos)
  })
}

/** The last of the chain first; returns where the first one lies. */
function writeObjectInfos(out: DumpWriter, infos: readonly HandleObjectInfo[]): number {
  return infos.reduceRight((next, { type, size, bytes }) => {
    const record = out.record(12 + size)
    record.u32(0, next)
    record.u32(4, type)
    record.u32(8, size)
    record.bytes.set(bytes.subarray(0, size), 12)
    return out.append(record.bytes).rva
  }, 0)
}

function writeHandleOperations(out: DumpWriter, operations: readonly HandleOperation[]): Uint8Array {
  return extendedList(out, { header: 16, entry: 288 }, operations, (record, at, operation) => {
    record.u64(at, operation.handle)
    record.u32(at + 8, operation.processId)
    record.u32(at + 12, operation.threadId)
    record.u32(at + 16, operation.operation)
    record.u32(at + 24, operation.returnAddresses.length)
    operation.returnAddresses.forEach((address, i) => {
      record.u64(at + 32 + 8 * i, address)
    })
  })
}

function writeThreadInfos(out: DumpWriter, infos: readonly ThreadInfo[]): Uint8Array {
  return extendedList(out, { header: 12, entry: 64 }, infos, (record, at, info) => {
    const words = [info.threadId, info.dumpFlags, info.dumpError, info.exitStatus]
    words.forEach((value, i) => {
      record.u32(at + 4 * i, value)
    })
    const longs = [info.createTime, info.exitTime, info.kernelTime, info.userTime, info.startAddress, info.affinity]
    longs.forEach((value, i) => {
      record.u64(at + 16 + 8 * i, value)
    })
  })
}

/** RUNTIME_FUNCTION of amd64: twelve bytes each, left empty, and padded to a multiple of eight. */
const functionEntrySize = 12

function writeFunctionTables(out: DumpWriter, tables: readonly FunctionTable[]): Uint8Array {
  const padding = tables.map(({ entryCount }) => -(entryCount * functionEntrySize) & 7)
  const sizes = tables.map(({ entryCount }, i) => 32 + entryCount * functionEntrySize + (padding[i] ?? 0))
  const record = out.record(24 + sizes.reduce((sum, size) => sum + size, 0))
  const header = [24, 32, 0, functionEntrySize, tables.length, 0]
  header.forEach((value, i) => {
    record.u32(4 * i, value)
  })
  let offset = 24
  tables.forEach((table, i) => {
    record.u64(offset, table.minimumAddress)
    record.u64(offset + 8, table.maximumAddress)
    record.u64(offset + 16, table.baseAddress)
    record.u32(offset + 24, table.entryCount)
    record.u32(offset + 28, padding[i] ?? 0)
    offset += sizes[i] ?? 0
  })
  return record.bytes
}

function writeTokens(out: DumpWriter, tokens: readonly TokenInfo[]): Uint8Array {
  const record = out.record(16 + tokens.reduce((sum, { size }) => sum + 16 + size, 0))
  record.u32(0, record.bytes.length)
  record.u32(4, tokens.length)
  record.u32(8, 16)
  record.u32(12, 16)
  let offset = 16
  for (const { id, handle, size, bytes } of tokens) {
    record.u32(offset, 16 + size)
    record.u32(offset + 4, id)
    record.u64(offset + 8, handle)
    record.bytes.set(bytes.subarray(0, size), offset + 16)
    offset += 16 + size
  }
  return record.bytes
}

function writeSystemMemoryInfo(out: DumpWriter, info: SystemMemoryInfo): Uint8Array {
  const record = out.record(systemMemoryInfoSize)
  record.u16(0, info.revision)
  record.u16(2, info.flags)
  const afterBasic = writeCounters(record, 4, info.basic, basicLayout)
  const afterCache = writeCounters(record, afterBasic, info.fileCache, fileCacheLayout)
  const afterCommit = writeCounters(record, afterCache, info.commit, commitLayout)
  writeCounters(record, afterCommit, info.performance, performanceLayout)
  return record.bytes
}

function writeProcessVmCounters(out: DumpWriter, counters: Counters): Uint8Array {
  const layout = Number(counters.revision ?? 1) >= 2 ? secondLayout : firstLayout
  const record = out.record(layout.reduce((size, [, bytes]) => size + bytes, 0))
  writeCounters(record, 0, counters, layout)
  return record.bytes
}

/** Returns where the counters end. */
function writeCounters(record: RecordWriter, start: number, counters: Counters, layout: CounterLayout): number {
  let offset = start
  for (const [name, bytes] of layout) {
    const value = counters[name] ?? 0
    if (bytes === 8) record.u64(offset, BigInt(value))
    else if (bytes === 4) record.u32(offset, Number(value))
    else record.u16(offset, Number(value))
    offset += bytes
  }
  return offset
}
