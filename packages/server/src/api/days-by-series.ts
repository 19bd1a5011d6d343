import type { DailyRow } from '../store/database/report-index.ts'
import type { DailyCounts } from './schema.ts'

const dayMs = 24 * 3600 * 1000
/** More colours than these cannot be told apart in a stacked chart. */
const maxSeries = 5

/** Rows per day and version as the chart wants them: the busiest versions in order, then all others together. */
export function daysBySeries(rows: readonly DailyRow[], days: number, now: number): DailyCounts {
  const names = Array.from({ length: days }, (_, index) => new Date(now - (days - 1 - index) * dayMs).toISOString().slice(0, 10))
  const position = new Map(names.map((day, index) => [day, index]))
  const busiest = busiestVersions(rows)
  const series = new Map<string | null, number[]>(busiest.map((version) => [version, names.map(() => 0)]))
  const firstDays = new Map<string | null, string | null>(rows.map(({ version, firstDay }) => [version, firstDay]))
  for (const { day, version, count } of rows) {
    const index = position.get(day)
    if (index === undefined) continue
    const key = series.has(version) ? version : null
    const counts = series.get(key) ?? names.map(() => 0)
    counts[index] = (counts[index] ?? 0) + count
    series.set(key, counts)
  }
  return {
    days: names,
    series: [...series].map(([version, counts]) => ({
      version,
      counts,
      firstDay: version === null ? null : (firstDays.get(version) ?? null),
    })),
  }
}

function busiestVersions(rows: readonly DailyRow[]): string[] {
  const totals = new Map<string, number>()
  for (const { version, count } of rows) if (version !== null) totals.set(version, (totals.get(version) ?? 0) + count)
  return [...totals]
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, maxSeries)
    .map(([version]) => version)
}
