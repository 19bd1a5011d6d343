import type { DailyCounts } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { themeChanged } from '../../parts/theme.ts'
import { count } from '../../text/number.ts'
import { type Layer, type StackedDays, stackDays } from './stacked-days.ts'

const height = 148

export function DaysChart({ daily }: { readonly daily: DailyCounts }): JSX.Element {
  const stacked = useMemo(() => stackDays(daily), [daily])
  const place = useRef<HTMLDivElement>(null)
  const [day, setDay] = useState<number>()
  useEffect(() => {
    if (place.current === null) return
    return drawChart(place.current, stacked, setDay)
  }, [stacked])
  const last = stacked.days.length - 1
  return (
    <figure class="chart" aria-label="Reports per day by version">
      <figcaption class="chart-head">
        <span class="chart-title">Reports per day, UTC</span>
        <ul class="legend">
          {stacked.layers.map((layer, at) => (
            <li key={layer.version ?? ''}>
              <span class={`swatch swatch-${colourName(layer, at)}`} aria-hidden="true" />
              {layer.version ?? othersName(stacked)}
              <span class="legend-value">{count(day === undefined ? layer.total : (layer.counts[day] ?? 0))}</span>
            </li>
          ))}
        </ul>
        <span class="chart-day">
          {day === undefined ? `${stacked.days[0] ?? ''} – ${stacked.days[last] ?? ''}` : stacked.days[day]}
          <span class="legend-value">{count(day === undefined ? sum(stacked.totals) : (stacked.totals[day] ?? 0))}</span>
        </span>
      </figcaption>
      <div class="chart-place" ref={place} aria-hidden="true" style={{ height: `${height}px` }} />
      <DaysTable stacked={stacked} />
    </figure>
  )
}

/** The colour of `--version-…`: grey for the rest, unless the rest is all there is. */
function colourName(layer: Layer, at: number): string {
  return layer.version === null && at > 0 ? 'other' : String(at)
}

function othersName(stacked: StackedDays): string {
  return stacked.layers.length === 1 ? 'all versions' : 'other versions'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The same figures for those who do not see the drawing. */
function DaysTable({ stacked }: { readonly stacked: StackedDays }): JSX.Element {
  return (
    <div class="off-screen">
      <table>
        <caption>Reports per day by version</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {stacked.layers.map((layer) => (
              <th key={layer.version ?? ''} scope="col">
                {layer.version ?? othersName(stacked)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stacked.days.map((name, at) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {stacked.layers.map((layer) => (
                <td key={layer.version ?? ''}>{layer.counts[at] ?? 0}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Draws now, on every change of size and of theme; answers how to stop. */
function drawChart(place: HTMLElement, stacked: StackedDays, onDay: (day: number | undefined) => void): () => void {
  let plot = plotInto(place, stacked, onDay)
  const redraw = () => {
    plot.destroy()
    plot = plotInto(place, stacked, onDay)
  }
  const system = matchMedia('(prefers-color-scheme: dark)')
  const sizes = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }))
  sizes.observe(place)
  addEventListener(themeChanged, redraw)
  system.addEventListener('change', redraw)
  return () => {
    sizes.disconnect()
    removeEventListener(themeChanged, redraw)
    system.removeEventListener('change', redraw)
    plot.destroy()
  }
}

function plotInto(place: HTMLElement, stacked: StackedDays, onDay: (day: number | undefined) => void): uPlot {
  const colour = colourReader(place)
  const dim = colour('--ink-dim')
  const grid = { stroke: colour('--line'), width: 1 }
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const bars = uPlot.paths.bars?.({ size: [0.78, 40], align: 0 })
  const plotted = [...stacked.layers.entries()].reverse()
  return new uPlot(
    {
      width: place.clientWidth,
      height,
      padding: [14, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: true, range: (_, min, max) => [min - halfDay, max + halfDay] },
        y: { range: (_, __, max) => [0, niceTop(max)] },
      },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      axes: [
        {
          stroke: dim,
          font,
          grid: { show: false },
          ticks: { show: false },
          gap: 4,
          size: 24,
          space: 64,
          values: (_, days) => days.map(dayLabel),
        },
        {
          stroke: dim,
          font,
          grid,
          ticks: { show: false },
          gap: 6,
          size: 44,
          space: 32,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6],
        },
      ],
      series: [
        {},
        ...plotted.map(([at, layer]) => ({
          fill: colour(`--version-${colourName(layer, at)}`),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: {
        setCursor: [(plot) => onDay(plot.cursor.idx ?? undefined)],
        draw: [(plot) => drawFirstDays(plot, stacked, colour('--ink'), font)],
      },
    },
    [[...stacked.times], ...plotted.map(([, layer]) => [...layer.heights])],
    place,
  )
}

const halfDay = 12 * 60 * 60

function dayLabel(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(seconds * 1000)
}

/** At least four, so that a single report is not a bar to the ceiling. */
function niceTop(max: number): number {
  return Math.max(4, max * 1.08)
}

/** A small flag over the day on which a version was first seen. */
function drawFirstDays(plot: uPlot, stacked: StackedDays, ink: string, font: string): void {
  const { ctx } = plot
  const scale = devicePixelRatio
  ctx.save()
  ctx.fillStyle = ink
  ctx.font = font.replace('11px', `${10 * scale}px`)
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  let free = 0
  for (const layer of [...stacked.layers].sort((a, b) => (a.firstDay ?? '').localeCompare(b.firstDay ?? ''))) {
    const at = layer.firstDay === null || layer.version === null ? -1 : stacked.days.indexOf(layer.firstDay)
    const time = stacked.times[at]
    // The first day of the window tells nothing: the version may be older.
    if (time === undefined || at === 0 || layer.version === null) continue
    const x = plot.valToPos(time, 'x', true)
    const width = ctx.measureText(layer.version).width
    if (x < free) continue
    free = x + width + 12 * scale
    ctx.beginPath()
    ctx.moveTo(x - 3 * scale, 2 * scale)
    ctx.lineTo(x + 3 * scale, 2 * scale)
    ctx.lineTo(x, 7 * scale)
    ctx.fill()
    const hasRoom = x + width + 6 * scale < plot.bbox.left + plot.bbox.width
    ctx.fillText(layer.version, hasRoom ? x + 6 * scale : x - 6 * scale - width, 0)
  }
  ctx.restore()
}

/** A canvas knows no custom properties: each is put on an element and read back as the colour that it means there. */
function colourReader(place: HTMLElement): (property: string) => string {
  return (property) => {
    const probe = document.createElement('span')
    probe.style.color = `var(${property})`
    place.append(probe)
    const colour = getComputedStyle(probe).color
    probe.remove()
    return colour
  }
}
