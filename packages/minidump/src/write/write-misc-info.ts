import { type MiscInfo, miscInfoEnd, type SystemTime, type TimeZone } from '../streams/misc-info.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { RecordWriter } from './record.ts'

/** The shortest version that holds every field given; `flags` are written as they are. */
export function writeMiscInfo(out: DumpWriter, info: MiscInfo): Uint8Array {
  const size = sizeFor(info)
  const record = out.record(size)
  record.u32(0, size)
  record.u32(4, info.flags)
  const first = [info.processId, info.processCreateTime, info.processUserTime, info.processKernelTime]
  const second = [
    info.processorMaxMhz,
    info.processorCurrentMhz,
    info.processorMhzLimit,
    info.processorMaxIdleState,
    info.processorCurrentIdleState,
  ]
  const third = [info.processIntegrityLevel, info.processExecuteFlags, info.protectedProcess, info.timeZoneId]
  writeWords(record, 8, first)
  if (size >= miscInfoEnd.second) writeWords(record, 24, second)
  if (size >= miscInfoEnd.third) writeWords(record, 44, third)
  if (info.timeZone !== undefined) writeTimeZone(record, 60, info.timeZone)
  record.fixedUtf16(232, 260, info.buildString ?? '')
  record.fixedUtf16(752, 40, info.debugBuildString ?? '')
  if (size >= miscInfoEnd.fifth) writeLast(record, info)
  return record.bytes
}

function sizeFor(info: MiscInfo): number {
  if (info.xstateEnabledFeatures !== undefined || info.processCookie !== undefined) return miscInfoEnd.fifth
  if (info.buildString !== undefined) return miscInfoEnd.fourth
  if (info.timeZone !== undefined || info.processIntegrityLevel !== undefined || info.protectedProcess !== undefined)
    return miscInfoEnd.third
  return info.processorMaxMhz === undefined ? miscInfoEnd.first : miscInfoEnd.second
}

function writeLast(record: RecordWriter, info: MiscInfo): void {
  record.u32(832, 528)
  record.u32(836, info.xstateContextSize ?? 0)
  record.u64(840, info.xstateEnabledFeatures ?? 0n)
  for (const { index, offset, size } of info.xstateFeatures ?? []) writeWords(record, 848 + 8 * index, [offset, size])
  record.u32(1360, info.processCookie ?? 0)
}

function writeWords(record: RecordWriter, offset: number, values: readonly (number | undefined)[]): void {
  values.forEach((value, i) => {
    record.u32(offset + 4 * i, value ?? 0)
  })
}

function writeTimeZone(record: RecordWriter, at: number, zone: TimeZone): void {
  record.u32(at, zone.biasMinutes)
  record.fixedUtf16(at + 4, 32, zone.standardName)
  writeSystemTime(record, at + 68, zone.standardDate)
  record.u32(at + 84, zone.standardBiasMinutes)
  record.fixedUtf16(at + 88, 32, zone.daylightName)
  writeSystemTime(record, at + 152, zone.daylightDate)
  record.u32(at + 168, zone.daylightBiasMinutes)
}

function writeSystemTime(record: RecordWriter, at: number, time: SystemTime): void {
  const parts = [time.year, time.month, time.dayOfWeek, time.day, time.hour, time.minute, time.second, time.millisecond]
  parts.forEach((value, i) => {
    record.u16(at + 2 * i, value)
  })
}
