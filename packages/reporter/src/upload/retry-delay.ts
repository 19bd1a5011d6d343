import { firstRetryMs, longestRetryMs, retryGrowth } from '../limits.ts'

/**
 * The wait after a failed try: growing, and scattered, so that a thousand programs that met one failing server do not come back in one moment.
 * What the server asks for is kept, up to a day; then the scatter only adds.
 */
export function retryDelayMs(failures: number, random: number, retryAfterMs?: number): number {
  const grown = Math.min(longestRetryMs, firstRetryMs * retryGrowth ** Math.max(0, failures - 1))
  if (retryAfterMs === undefined) return Math.round(grown * (0.5 + random))
  return Math.round(Math.min(longestRetryMs, retryAfterMs) + Math.min(firstRetryMs, retryAfterMs / 10) * random)
}
