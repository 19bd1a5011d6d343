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
