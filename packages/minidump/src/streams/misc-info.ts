import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import type { Location } from '../location.ts'

export interface SystemTime {
  readonly year: number
  readonly month: number
  readonly dayOfWeek: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

export interface TimeZone {
  /** Minutes to add to local time to get UTC. */
  readonly biasMinutes: number
  readonly standardName: string
  readonly standardDate: SystemTime
  readonly standardBiasMinutes: number
  readonly daylightName: string
  readonly daylightDate: SystemTime
  readonly daylightBiasMinutes: number
}

export interface XstateFeature {
  readonly index: number
  readonly offset: number
  readonly size: number
}

/** MINIDUMP_MISC_INFO, all five versions: a field is there when the stream is long enough and, where there is one, its flag is set. */
export interface MiscInfo {
  readonly flags: number
  readonly processId?: number
  /** Unix seconds. */
  readonly processCreateTime?: number
  /** Seconds. */
  readonly processUserTime?: number
  readonly processKernelTime?: number
  readonly processorMaxMhz?: number
  readonly processorCurrentMhz?: number
  readonly processorMhzLimit?: number
  readonly processorMaxIdleState?: number
  readonly processorCurrentIdleState?: number
  readonly processIntegrityLevel?: number
  readonly processExecuteFlags?: number
  readonly protectedProcess?: number
  /** 0 unknown, 1 standard, 2 daylight. */
  readonly timeZoneId?: number
  readonly timeZone?: TimeZone
  readonly buildString?: string
  readonly debugBuildString?: string
  readonly xstateEnabledFeatures?: bigint
  readonly xstateContextSize?: number
  readonly xstateFeatures?: readonly XstateFeature[]
  readonly processCookie?: number
}

const stream = 'MiscInfo'

/** MINIDUMP_MISC1_… bits: which of the fields the writer filled. */
const has = {
  processId: 0x1,
  processTimes: 0x2,
  processorPower: 0x4,
  integrity: 0x10,
  executeFlags: 0x20,
  timeZone: 0x40,
  protectedProcess: 0x80,
  buildString: 0x100,
  processCookie: 0x200,
} as const

/** Where each version of the record ends. */
export const miscInfoEnd = { first: 24, second: 44, third: 232, fourth: 832, fifth: 1364 } as const

export function readMiscInfo(dump: DumpView, at: Location): MiscInfo | undefined {
  const fields = dump.record(at, miscInfoEnd.first, miscInfoEnd.fifth, stream)
  if (fields === undefined) return undefined
  const flags = fields.u32(4)
  const filled = (bit: number, end: number): boolean => (flags & bit) !== 0 && fields.length >= end
  return {
    flags,
    ...(filled(has.processId, miscInfoEnd.first) && { processId: fields.u32(8) }),
    ...(filled(has.processTimes, miscInfoEnd.first) && {
      processCreateTime: fields.u32(12),
      processUserTime: fields.u32(16),
      processKernelTime: fields.u32(20),
    }),
    ...(filled(has.processorPower, miscInfoEnd.second) && {
      processorMaxMhz: fields.u32(24),
      processorCurrentMhz: fields.u32(28),
      processorMhzLimit: fields.u32(32),
      processorMaxIdleState: fields.u32(36),
      processorCurrentIdleState: fields.u32(40),
    }),
    ...(filled(has.integrity, miscInfoEnd.third) && { processIntegrityLevel: fields.u32(44) }),
    ...(filled(has.executeFlags, miscInfoEnd.third) && { processExecuteFlags: fields.u32(48) }),
    ...(filled(has.protectedProcess, miscInfoEnd.third) && { protectedProcess: fields.u32(52) }),
    ...(filled(has.timeZone, miscInfoEnd.third) && { timeZoneId: fields.u32(56), timeZone: readTimeZone(fields, 60) }),
    ...(filled(has.buildString, miscInfoEnd.fourth) && {
      buildString: fields.fixedUtf16(232, 260),
      debugBuildString: fields.fixedUtf16(752, 40),
    }),
    ...(fields.length >= miscInfoEnd.fifth && readXstate(fields)),
    ...(filled(has.processCookie, miscInfoEnd.fifth) && { processCookie: fields.u32(1360) }),
  }
}

function readTimeZone(fields: Fields, at: number): TimeZone {
  return {
    biasMinutes: fields.i32(at),
    standardName: fields.fixedUtf16(at + 4, 32),
    standardDate: readSystemTime(fields, at + 68),
    standardBiasMinutes: fields.i32(at + 84),
    daylightName: fields.fixedUtf16(at + 88, 32),
    daylightDate: readSystemTime(fields, at + 152),
    daylightBiasMinutes: fields.i32(at + 168),
  }
}

function readSystemTime(fields: Fields, at: number): SystemTime {
  return {
    year: fields.u16(at),
    month: fields.u16(at + 2),
    dayOfWeek: fields.u16(at + 4),
    day: fields.u16(at + 6),
    hour: fields.u16(at + 8),
    minute: fields.u16(at + 10),
    second: fields.u16(at + 12),
    millisecond: fields.u16(at + 14),
  }
}

/** XSTATE_CONFIG_FEATURE_MSC_INFO: a slot for each of 64 feature bits. */
function readXstate(fields: Fields): Pick<MiscInfo, 'xstateEnabledFeatures' | 'xstateContextSize' | 'xstateFeatures'> {
  const enabled = fields.u64(840)
  const features: XstateFeature[] = []
  for (let index = 0; index < 64; index++) {
    if ((enabled >> BigInt(index)) & 1n) {
      features.push({ index, offset: fields.u32(848 + 8 * index), size: fields.u32(852 + 8 * index) })
    }
  }
  return { xstateEnabledFeatures: enabled, xstateContextSize: fields.u32(836), xstateFeatures: features }
}
