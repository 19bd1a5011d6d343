import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { CopyButton } from '../../parts/copy-button.tsx'
import { LongText } from '../../parts/long-text.tsx'
import { Section } from '../../parts/section.tsx'
import { readScriptFrames } from '../../stack/browser-crash.ts'
import { objectsAt, textAt } from '../../stack/read-json.ts'
import { ScriptStack } from '../../stack/script-stack.tsx'
import { counted } from '../../text/number.ts'
import { MissingSourceMaps } from './missing-source-maps.tsx'

/** An error that a client caught: its stack, what caused it, what went before. */
export function ErrorReport({ crash, release }: { readonly crash: ProcessedBrowserCrash; readonly release: string | null }): JSX.Element {
  const stackText = crash.stack.map((frame) => frame.raw.trim()).join('\n')
  return (
    <>
      <Section
        id="stack"
        title="Stack"
        note={crash.stack.length === 0 ? undefined : counted(crash.stack.length, 'frame')}
        aside={crash.stack.length === 0 ? null : <CopyButton text={stackText} what="stack as text" label="Copy stack" />}
      >
        {crash.stack.length === 0 ? <p class="dim">The client sent no stack that is known here.</p> : <ScriptStack frames={crash.stack} />}
        <MissingSourceMaps crash={crash} release={release} />
      </Section>
      {objectsAt(crash.extra, 'causes').map((cause, at) => (
        <Section key={at} id={`cause-${at}`} title="Caused by" note={textAt(cause, 'reason')}>
          <ScriptStack frames={readScriptFrames(cause, 'stack')} />
        </Section>
      ))}
      {crash.url === null && crash.userAgent === null ? null : (
        <Section id="document" title="Where">
          <dl class="fields">
            {crash.url === null ? null : <Row name="Address" text={crash.url} />}
            {crash.userAgent === null ? null : <Row name="Browser" text={crash.userAgent} />}
          </dl>
        </Section>
      )}
      {crash.neighbours.length === 0 ? null : (
        <Section id="breadcrumbs" title="Breadcrumbs" note={counted(crash.neighbours.length, 'entry', 'entries')}>
          <dl class="fields">
            {crash.neighbours.map((crumb, at) => (
              <Row key={at} name={crumb.type} text={JSON.stringify(crumb.body, null, 1)} />
            ))}
          </dl>
        </Section>
      )}
    </>
  )
}

function Row({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  return (
    <div class="field-row">
      <dt>{name}</dt>
      <dd>
        <LongText text={text} />
      </dd>
    </div>
  )
}
