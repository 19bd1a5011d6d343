import type { MemoryRegion } from '../streams/memory-info-list.ts'
import type { MemoryContents } from './dump-contents.ts'
import type { DumpWriter } from './dump-writer.ts'

export function writeMemoryList(out: DumpWriter, memory: readonly MemoryContents[]): Uint8Array {
  const placed = memory.map(({ startAddress, bytes }) => ({ startAddress, at: out.append(bytes) }))
  return out.countedList(placed, 16, (record, offset, { startAddress, at }) => {
    record.u64(offset, startAddress)
    out.location(record, offset + 8, at)
  })
}

export function writeMemory64List(out: DumpWriter, memory: readonly MemoryContents[]): Uint8Array {
  const all = new Uint8Array(memory.reduce((sum, { bytes }) => sum + bytes.length, 0))
  let filled = 0
  for (const { bytes } of memory) {
    all.set(bytes, filled)
    filled += bytes.length
  }
  const record = out.record(16 + 16 * memory.length)
  record.u64(0, BigInt(memory.length))
  record.u64(8, BigInt(out.append(all).rva))
  memory.forEach(({ startAddress, bytes }, i) => {
    record.u64(16 + 16 * i, startAddress)
    record.u64(24 + 16 * i, BigInt(bytes.length))
  })
  return record.bytes
}

export function writeMemoryInfoList(out: DumpWriter, regions: readonly MemoryRegion[]): Uint8Array {
  const record = out.record(16 + 48 * regions.length)
  record.u32(0, 16)
  record.u32(4, 48)
  record.u64(8, BigInt(regions.length))
  regions.forEach((region, i) => {
    const at = 16 + 48 * i
    record.u64(at, region.baseAddress)
    record.u64(at + 8, region.allocationBase)
    record.u32(at + 16, region.allocationProtection)
    record.u64(at + 24, region.size)
    record.u32(at + 32, region.state)
    record.u32(at + 36, region.protection)
    record.u32(at + 40, region.type)
  })
  return record.bytes
}
