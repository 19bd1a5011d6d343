import type { Facet } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../../parts/icons.tsx'
import { queryTerm } from './query-term.ts'

interface GroupFiltersProps {
  readonly query: string
  readonly state: string
  readonly facets: readonly Facet[]
  readonly onChange: (changes: Readonly<Record<string, string>>) => void
}

const states: readonly (readonly [value: string, word: string])[] = [
  ['open', 'Open'],
  ['resolved', 'Resolved'],
  ['muted', 'Muted'],
  ['all', 'All'],
]

/** Offered values per field; the list is help while typing, not a catalogue. */
const maxOffered = 12

export function GroupFilters({ query, state, facets, onChange }: GroupFiltersProps): JSX.Element {
  const [typed, setTyped] = useState(query)
  useEffect(() => setTyped(query), [query])
  const offered = facets.flatMap((facet) =>
    facet.values.slice(0, maxOffered).flatMap(({ value }) => (value === null ? [] : [queryTerm(facet.field, value)])),
  )
  return (
    <search class="filters">
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          onChange({ query: typed.trim() })
        }}
      >
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search groups"
          placeholder={'version:1.2 reason:SIGSEGV "several words"'}
          list="offered-terms"
          spellcheck={false}
          autocomplete="off"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value)
            if (event.currentTarget.value === '') onChange({ query: '' })
          }}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
        <kbd>/</kbd>
        <datalist id="offered-terms">
          {offered.map((term) => (
            <option key={term} value={term} />
          ))}
        </datalist>
      </form>
      <fieldset class="segments">
        <legend class="off-screen">State</legend>
        {states.map(([value, word]) => (
          <label key={value} class="segment">
            <input
              type="radio"
              name="state"
              value={value}
              checked={state === value}
              onChange={() => onChange({ state: value === 'open' ? '' : value })}
            />
            <span>{word}</span>
          </label>
        ))}
      </fieldset>
    </search>
  )
}
