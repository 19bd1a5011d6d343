import type { DailyCounts } from '@crashkeep/server/api-types'

export interface StackedDays {
  /** Unix seconds of each day's start. */
  readonly times: readonly number[]
  readonly days: readonly string[]
  readonly layers: readonly Layer[]
  readonly totals: readonly number[]
}

export interface Layer {
  readonly version: string | null
  readonly counts: readonly number[]
  /** Its counts with those of all layers under it. */
  readonly heights: readonly number[]
  readonly total: number
  readonly firstDay: string | null
}

/** Named versions in the server's order from the bottom up, all others on top; a version without reports has no layer. */
export function stackDays(daily: DailyCounts): StackedDays {
  const sorted = [...daily.series].sort((a, b) => Number(a.version === null) - Number(b.version === null))
  const heights = daily.days.map(() => 0)
  const layers: Layer[] = []
  for (const series of sorted) {
    const counts = daily.days.map((_, at) => series.counts[at] ?? 0)
    const total = counts.reduce((sum, value) => sum + value, 0)
    if (total === 0) continue
    counts.forEach((value, at) => {
      heights[at] = (heights[at] ?? 0) + value
    })
    layers.push({ version: series.version, counts, heights: [...heights], total, firstDay: series.firstDay })
  }
  return { times: daily.days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000), days: daily.days, layers, totals: heights }
}
