import type { Facet } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { count } from '../../text/number.ts'

interface FacetBarsProps {
  readonly facet: Facet
  readonly total: number
  readonly onPick: (value: string) => void
}

const titles: Readonly<Record<string, string>> = {
  version: 'Version',
  platform: 'System',
  processType: 'Process',
  reason: 'Reason',
  product: 'Product',
  route: 'Route',
  browser: 'Browser',
  visibility: 'Visibility',
  frame: 'Frame',
}
const shownValues = 5

export function FacetBars({ facet, total, onPick }: FacetBarsProps): JSX.Element | null {
  const [all, setAll] = useState(false)
  // Nobody told this field: there is nothing to read or to filter.
  if (facet.values.every(({ value }) => value === null)) return null
  const values = all ? facet.values : facet.values.slice(0, shownValues)
  return (
    <section class="facet" aria-label={titles[facet.field] ?? facet.field}>
      <h3>{titles[facet.field] ?? facet.field}</h3>
      <ul>
        {values.map(({ value, count: reports }) => {
          const share = total === 0 ? 0 : Math.min(1, reports / total)
          return (
            <li key={value ?? ''}>
              <button
                type="button"
                class="bar"
                disabled={value === null}
                onClick={() => value !== null && onPick(value)}
                title={value === null ? undefined : `Only reports with ${value}`}
              >
                <span class="bar-fill" style={{ width: `${(share * 100).toFixed(1)}%` }} aria-hidden="true" />
                <span class="bar-name">{value ?? 'not told'}</span>
                <span class="bar-count">{count(reports)}</span>
                <span class="bar-share">{(share * 100).toFixed(0)} %</span>
              </button>
            </li>
          )
        })}
      </ul>
      {values.length < facet.values.length ? (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {facet.values.length - values.length} more
        </button>
      ) : null}
    </section>
  )
}
