import type { Rejection } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Folded } from '../../parts/section.tsx'
import { Time } from '../../parts/time.tsx'
import { count, counted } from '../../text/number.ts'
import { reasonWords } from './reason-words.ts'

/** The reasons that hit most first. */
export function RejectionList({ items }: { readonly items: readonly Rejection[] }): JSX.Element {
  const sorted = [...items].sort((a, b) => b.count - a.count)
  return (
    <ul class="rejections">
      {sorted.map((item) => (
        <RejectionRow key={item.reason} item={item} />
      ))}
    </ul>
  )
}

function RejectionRow({ item }: { readonly item: Rejection }): JSX.Element {
  const { rule, sentence } = reasonWords(item.reason)
  return (
    <li class="rejection">
      <div class="rejection-head">
        <strong class="rejection-count">{count(item.count)}</strong>
        <span class="rejection-why">
          {sentence} <code class="dim">{rule ?? item.reason}</code>
        </span>
        <span class="dim">
          last <Time at={item.lastAt} />
        </span>
      </div>
      {item.samples.length === 0 ? null : (
        <Folded title={counted(item.samples.length, 'sample')} note="the newest ones" render={() => <Samples samples={item.samples} />} />
      )}
    </li>
  )
}

function Samples({ samples }: { readonly samples: Rejection['samples'] }): JSX.Element {
  return (
    <div class="scroll-x">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">From</th>
            <th scope="col">Protocol</th>
            <th scope="col">Why</th>
            <th scope="col">Fields that had arrived</th>
          </tr>
        </thead>
        <tbody>
          {samples.map((sample, i) => (
            // Samples have no names of their own, and never change places.
            <tr key={i}>
              <td>
                <Time at={sample.at} />
              </td>
              <td class="sample-from">
                {sample.address ?? <span class="dim">not kept</span>}
                {sample.headers['user-agent'] === undefined ? null : <div class="dim">{sample.headers['user-agent']}</div>}
                {sample.headers.origin === undefined ? null : <div class="dim">{sample.headers.origin}</div>}
              </td>
              <td>{sample.dialect}</td>
              <td class="sample-why">{sample.detail}</td>
              <td class="sample-fields">{sample.fieldNames.length === 0 ? <span class="dim">none</span> : sample.fieldNames.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
