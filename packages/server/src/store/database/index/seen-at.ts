import { maxClockAheadMs, maxCrashAgeMs } from '../../limits.ts'

const dayMs = 24 * 3600_000

/** When a crash is counted: its own time where that is credible. Clocks of senders are wrong by years often enough. */
export function seenAt(crashedAt: number | null | undefined, receivedAt: number): number {
  if (crashedAt === null || crashedAt === undefined || !Number.isFinite(crashedAt)) return receivedAt
  const credible = crashedAt <= receivedAt + maxClockAheadMs && crashedAt >= receivedAt - maxCrashAgeMs
  return credible ? Math.floor(crashedAt) : receivedAt
}

/** UTC days since 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / dayMs)
}

export function dayName(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}
