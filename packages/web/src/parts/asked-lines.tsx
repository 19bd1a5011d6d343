import type { ModuleAnswers } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { counted } from '../text/number.ts'
import { Time } from './time.tsx'

type Asked = ModuleAnswers['asked'][number]

const outcomes: Readonly<Record<string, readonly [mark: string, words: string]>> = {
  found: ['✓', 'had the file'],
  not_found: ['○', 'has no such file'],
  wrong_id: ['✕', 'sent the file of another build'],
  unreadable: ['✕', 'sent something that is no symbol file'],
  too_large: ['✕', 'sent more than is taken'],
  refused_address: ['✕', 'was not asked: its address is in a private network'],
  failed: ['✕', 'did not answer properly; it is asked again'],
}
/** What says nothing about the server itself. */
const usual: readonly string[] = ['found', 'not_found']

/** What each source answered about a module. */
export function AskedLines({ asked }: { readonly asked: readonly Asked[] }): JSX.Element {
  const answered = asked.filter(({ outcome }) => outcome !== null)
  if (answered.length === 0) return <span class="dim">nobody</span>
  return (
    <ul class="answers">
      {answered.map((each) => (
        <AskedLine key={each.source} asked={each} />
      ))}
    </ul>
  )
}

/** The same in one line that opens; nothing where nobody was asked. */
export function AskedSummary({ asked }: { readonly asked: readonly Asked[] }): JSX.Element | null {
  if (asked.length === 0) return null
  const odd = asked.find(({ outcome }) => !usual.includes(outcome ?? ''))
  const words =
    odd === undefined
      ? `at ${counted(asked.length, 'other server')}`
      : `elsewhere: ${odd.title} ${outcomes[odd.outcome ?? '']?.[1] ?? odd.outcome}`
  return (
    <details class="conflicts dim">
      <summary>Not found {words}</summary>
      <AskedLines asked={asked} />
    </details>
  )
}

function AskedLine({ asked: { title, outcome, detail, place, askedAt } }: { readonly asked: Asked }): JSX.Element {
  const [mark, words] = outcomes[outcome ?? ''] ?? ['?', outcome ?? '']
  return (
    <li>
      <span aria-hidden="true">{mark}</span> <strong>{title}</strong> {words}
      {detail === null ? null : <span class="dim"> ({detail})</span>}
      {askedAt === null ? null : (
        <span class="dim">
          , <Time at={askedAt} />
        </span>
      )}
      {place === null ? null : (
        <div class="dim">
          <code>{place}</code>
        </div>
      )}
    </li>
  )
}
