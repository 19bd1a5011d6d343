import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { ComponentChildren, JSX } from 'preact'
import { CodeBlock } from '../../parts/code-block.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { LongText } from '../../parts/long-text.tsx'
import { Section } from '../../parts/section.tsx'
import { ScriptStack } from '../../stack/script-stack.tsx'
import { counted } from '../../text/number.ts'
import { webAddress } from '../../text/source-position.ts'
import { duration } from '../../text/time.ts'
import { MissingSourceMaps } from './missing-source-maps.tsx'
import { OtherDocuments, toldByWords } from './other-documents.tsx'

interface BrowserReportProps {
  readonly crash: ProcessedBrowserCrash
  readonly release: string | null
  /** Of one session in a loop. */
  readonly deaths: number
}

export function BrowserReport({ crash, release, deaths }: BrowserReportProps): JSX.Element {
  const context = Object.entries(crash.context)
  return (
    <>
      <Section
        id="stack"
        title="Stack"
        note={crash.stack.length === 0 ? undefined : counted(crash.stack.length, 'frame')}
        aside={<StackCopy crash={crash} />}
      >
        {crash.stack.length === 0 ? <NoStack crash={crash} /> : <ScriptStack frames={crash.stack} />}
        <MissingSourceMaps crash={crash} release={release} />
      </Section>
      <OtherDocuments crash={crash} deaths={deaths} />
      <Section id="context" title="Context" note="what the page told with window.crashReport">
        {context.length === 0 ? (
          <p class="dim">
            Nothing. A page may keep notes for this moment: <code>crashReport.set('route', '/checkout')</code>
          </p>
        ) : (
          <dl class="fields">
            {context.map(([name, value]) => (
              <div key={name} class="field-row">
                <dt>{name}</dt>
                <dd>
                  <LongText text={value} />
                  <CopyButton text={value} what={name} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Section>
      <Section id="document" title="Document">
        <dl class="fields">
          <Row name="Address">{crash.url === null ? null : <Address url={crash.url} />}</Row>
          <Row name="Frame">{crash.isTopLevel === null ? null : crash.isTopLevel ? 'top level' : 'embedded in another page'}</Row>
          <Row name="Visibility">{crash.visibilityState}</Row>
          <Row name="Told by">{toldByWords(crash)}</Row>
          <Row name="Waited in the browser">{crash.ageMs === null ? null : duration(crash.ageMs)}</Row>
          <Row name="Browser">{crash.userAgent === null ? null : <LongText text={crash.userAgent} />}</Row>
        </dl>
      </Section>
      <Unknown crash={crash} />
      {crash.neighbours.length === 0 ? null : <Neighbours crash={crash} />}
    </>
  )
}

/** Members that a browser sent and nobody here knows. */
function Unknown({ crash }: { readonly crash: ProcessedBrowserCrash }): JSX.Element | null {
  const members = Object.entries(crash.extra)
  if (members.length === 0) return null
  return (
    <Section id="extra" title="More" note="sent by the browser, not known here">
      <dl class="fields">
        {members.map(([name, value]) => (
          <Row key={name} name={name}>
            <LongText text={typeof value === 'string' ? value : JSON.stringify(value, null, 1)} />
          </Row>
        ))}
      </dl>
    </Section>
  )
}

function StackCopy({ crash }: { readonly crash: ProcessedBrowserCrash }): JSX.Element | null {
  if (crash.stack.length === 0) return null
  return <CopyButton text={crash.stack.map((frame) => frame.raw.trim()).join('\n')} what="stack as text" label="Copy stack" />
}

function NoStack({ crash }: { readonly crash: ProcessedBrowserCrash }): JSX.Element {
  if (crash.stackMissing === 'not_opted_in') {
    return (
      <div class="hint">
        <strong>The browser has the stack and did not send it: the page has not asked for it.</strong>
        <p>Serve the page with this header, and the next report of an unresponsive page names its functions:</p>
        <CodeBlock title="Response header of the page" code="Document-Policy: include-js-call-stacks-in-crash-reports" />
      </div>
    )
  }
  if (crash.stackMissing === 'unreadable')
    return <p class="dim">The report has a stack in a form that is not known here; it is below in the raw JSON.</p>
  if (crash.reason === 'oom')
    return <p class="dim">Browsers send no stack when a page runs out of memory. The context and the address are what there is.</p>
  if (crash.reason === null)
    return (
      <p class="dim">
        No reason and no stack means that the page's process crashed or was killed: a fault in the browser itself, or the system that needed
        the memory. An error of a script never looks like this. Browsers send a stack only of pages that stopped responding.
      </p>
    )
  return <p class="dim">The browser sent no stack. It sends one only for pages that stopped responding.</p>
}

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element | null {
  if (children === null || children === undefined) return null
  return (
    <div class="field-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Address({ url }: { readonly url: string }): JSX.Element {
  const href = webAddress(url)
  return (
    <>
      {href === undefined ? (
        <LongText text={url} />
      ) : (
        <a class="value" href={href} target="_blank" rel="noopener noreferrer nofollow">
          {url.length > 300 ? `${url.slice(0, 300)}…` : url}
        </a>
      )}
      <CopyButton text={url} what="address of the page" />
    </>
  )
}

function Neighbours({ crash }: { readonly crash: ProcessedBrowserCrash }): JSX.Element {
  return (
    <Section id="neighbours" title="Arrived with it" note={counted(crash.neighbours.length, 'other report')}>
      <dl class="fields">
        {crash.neighbours.map((neighbour, at) => (
          <div key={at} class="field-row">
            <dt>{neighbour.type}</dt>
            <dd>
              <LongText text={JSON.stringify(neighbour.body, null, 1)} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}
