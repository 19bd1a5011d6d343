import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { LongText } from '../../parts/long-text.tsx'
import { Section } from '../../parts/section.tsx'
import { Time } from '../../parts/time.tsx'
import { counted } from '../../text/number.ts'

type OtherDocument = ProcessedBrowserCrash['documents'][number]

/** What else told of this death: more pages of the process, another page that saw it, its repetitions. */
export function OtherDocuments({ crash, deaths }: { readonly crash: ProcessedBrowserCrash; readonly deaths: number }): JSX.Element | null {
  if (crash.documents.length === 0) return null
  return (
    <Section
      id="documents"
      title={deaths > 1 ? 'Deaths of one session' : 'One death'}
      note={deaths > 1 ? `${deaths}; these told beside the first report` : `told by ${counted(crash.documents.length + 1, 'report')}`}
    >
      <table class="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Page</th>
            <th scope="col">Told by</th>
            <th scope="col">Reason</th>
            <th scope="col">Visibility</th>
          </tr>
        </thead>
        <tbody>
          {crash.documents.map((document, at) => (
            <tr key={at}>
              <td>
                <Time at={document.at} />
              </td>
              <td>{document.url === null ? null : <LongText text={document.url} />}</td>
              <td>{toldByWords(document)}</td>
              <td>{document.reason}</td>
              <td>
                {[document.visibilityState, document.isTopLevel === false ? 'embedded' : null].filter((word) => word !== null).join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}

export function toldByWords({ toldBy }: Pick<OtherDocument, 'toldBy'>): string {
  return toldBy === null ? 'the browser' : `another page (${toldBy})`
}
