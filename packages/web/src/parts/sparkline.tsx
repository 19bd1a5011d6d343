import type { JSX } from 'preact'

const width = 120
const height = 22

/** Thirty days as bars in one path, today apart, so that it can be red while the group is crashing. */
export function Sparkline({ days, now }: { readonly days: readonly number[]; readonly now: boolean }): JSX.Element {
  const most = Math.max(1, ...days)
  const step = width / Math.max(1, days.length)
  const bar = (value: number, at: number) => {
    if (value <= 0) return ''
    const h = Math.max(1.5, (value / most) * (height - 2))
    return `M${(at * step).toFixed(1)} ${(height - 1 - h).toFixed(1)}h${(step - 1).toFixed(1)}v${h.toFixed(1)}h-${(step - 1).toFixed(1)}z`
  }
  const past = days.slice(0, -1).map(bar).join('')
  const today = bar(days.at(-1) ?? 0, days.length - 1)
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={sparklineWords(days)}>
      <path class="sparkline-base" d={`M0 ${height - 0.5}H${width}`} />
      <path class="sparkline-past" d={past} />
      <path class={now ? 'sparkline-now' : 'sparkline-past'} d={today} />
    </svg>
  )
}

export function sparklineWords(days: readonly number[]): string {
  const total = days.reduce((sum, value) => sum + value, 0)
  return `${total} in ${days.length} days, ${days.at(-1) ?? 0} today, at most ${Math.max(0, ...days)} a day`
}
