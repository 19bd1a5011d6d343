import type { MiscInfo } from '@crashkeep/minidump'
import type { CapturedProcess } from '../raw-capture/raw-capture.ts'

/** USER_HZ, which Linux fixes for everything it shows to programs. */
const ticksPerSecond = 100

/** When the process began and what it used, from /proc/PID/stat. */
export function processTimes(
  stat: string,
  { time, uptime }: CapturedProcess,
): Pick<MiscInfo, 'processCreateTime' | 'processUserTime' | 'processKernelTime'> {
  // The second field is the name in parentheses, and may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, kernel, started] = [11, 12, 19].map((index) => Number(fields[index] ?? Number.NaN) / ticksPerSecond)
  const bootTime = Number(time - uptime) / 1e9
  const seconds = (value: number | undefined): number =>
    value === undefined || !Number.isFinite(value) ? 0 : Math.max(0, Math.floor(value)) >>> 0
  return {
    processCreateTime: seconds(bootTime + (started ?? Number.NaN)),
    processUserTime: seconds(user),
    processKernelTime: seconds(kernel),
  }
}
