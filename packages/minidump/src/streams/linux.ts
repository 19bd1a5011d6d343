import { type DumpView, decodeUtf8, withoutTrailingNuls } from '../dump-view.ts'
import { maxTextBytes } from '../limits.ts'
import type { Location } from '../location.ts'
import { streamName, streamType } from '../stream-types.ts'
import { type AuxvEntry, readAuxv } from './auxv.ts'
import { type DsoDebug, readDsoDebug } from './dso-debug.ts'

/** What Breakpad's and Crashpad's writers copy from /proc and /etc, text as text. */
export interface LinuxStreams {
  /** /proc/cpuinfo */
  readonly cpuInfo?: string
  /** /proc/PID/status */
  readonly procStatus?: string
  /** /etc/lsb-release or /etc/os-release */
  readonly lsbRelease?: string
  /** Arguments, NUL between them. */
  readonly cmdLine?: string
  /** NAME=value, NUL between them. */
  readonly environ?: string
  readonly auxv?: readonly AuxvEntry[]
  /** /proc/PID/maps */
  readonly maps?: string
  readonly dsoDebug?: DsoDebug
  /** /proc/PID/limits, from Mozilla's writer */
  readonly limits?: string
}

export type LinuxTextKey = 'cpuInfo' | 'procStatus' | 'lsbRelease' | 'cmdLine' | 'environ' | 'maps' | 'limits'

export const linuxTextStreams: readonly (readonly [key: LinuxTextKey, type: number])[] = [
  ['cpuInfo', streamType.linuxCpuInfo],
  ['procStatus', streamType.linuxProcStatus],
  ['lsbRelease', streamType.linuxLsbRelease],
  ['cmdLine', streamType.linuxCmdLine],
  ['environ', streamType.linuxEnviron],
  ['maps', streamType.linuxMaps],
  ['limits', streamType.mozLinuxLimits],
]

export function readLinuxStreams(dump: DumpView, streams: ReadonlyMap<number, Location>, pointerBytes: 4 | 8): LinuxStreams {
  const texts: Partial<Record<(typeof linuxTextStreams)[number][0], string>> = {}
  for (const [key, type] of linuxTextStreams) {
    const at = streams.get(type)
    if (at !== undefined) texts[key] = readText(dump, at, streamName(type))
  }
  const auxv = streams.get(streamType.linuxAuxv)
  const dso = streams.get(streamType.linuxDsoDebug)
  const dsoDebug = dso && readDsoDebug(dump, dso, pointerBytes)
  return {
    ...texts,
    ...(auxv !== undefined && { auxv: readAuxv(dump, auxv, pointerBytes) }),
    ...(dsoDebug !== undefined && { dsoDebug }),
  }
}

function readText(dump: DumpView, at: Location, stream: string): string {
  const { size } = dump.clip(at)
  if (size > maxTextBytes) {
    dump.problems.add('limit_reached', `${stream} has ${size} bytes; the first ${maxTextBytes} were read.`, stream)
  }
  // Breakpad's writer reserves whole pages and leaves NULs at the end.
  return withoutTrailingNuls(decodeUtf8(dump.source.read(at.rva, Math.min(size, maxTextBytes))))
}
