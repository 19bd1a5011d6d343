import type { ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { attachmentAddress } from '../../api/addresses.ts'
import { apiRoot } from '../../api/client.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Icon } from '../../parts/icons.tsx'
import { LongText } from '../../parts/long-text.tsx'
import { Folded, Section } from '../../parts/section.tsx'
import { SignatureSteps } from '../../parts/signature-steps.tsx'
import type { Crash } from '../../stack/crash.ts'
import { bytes, counted } from '../../text/number.ts'
import { exactTime } from '../../text/time.ts'
import { DebuggerCommands } from './debugger-commands.tsx'

/** What every kind of report ends with: fields, files, how its signature came about, raw JSON. */
export function ReportTail({ report, crash }: { readonly report: ReportDetail; readonly crash: Crash | undefined }): JSX.Element {
  const fields = allFields(report, crash)
  return (
    <>
      {fields.length === 0 ? null : (
        <Section id="fields" title="Fields" note={counted(fields.length, 'field')}>
          <dl class="fields">
            {fields.map(([name, value, from]) => (
              <div key={`${from}${name}`} class="field-row">
                <dt>
                  {name}
                  {from === 'dump' ? <span class="quiet-tag">dump</span> : null}
                </dt>
                <dd>
                  <LongText text={value} />
                  <CopyButton text={value} what={name} />
                </dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      {report.attachments.length === 0 ? null : <Files report={report} />}
      {report.kind === 'minidump' ? (
        <Folded
          id="debugger"
          title="Open it in a debugger"
          note="WinDbg, lldb, gdb"
          render={() => <DebuggerCommands report={report} os={crash?.system.os} />}
        />
      ) : null}
      {report.signatureSteps.length === 0 ? null : (
        <Folded
          id="signature"
          title="Why this signature"
          note={counted(report.signatureSteps.length, 'step')}
          render={() => <SignatureSteps signature={report.signature ?? ''} steps={report.signatureSteps} />}
        />
      )}
      <Folded
        id="json"
        title="Raw JSON"
        note={`arrived by ${report.dialect}, ${exactTime(report.receivedAt)}`}
        render={() => <RawJson report={report} />}
      />
    </>
  )
}

function allFields(report: ReportDetail, crash: Crash | undefined): (readonly [name: string, value: string, from: 'sender' | 'dump'])[] {
  const sent = Object.entries(report.fields)
    .map(([name, value]) => [name, value, 'sender'] as const)
    .sort(([a], [b]) => a.localeCompare(b))
  const inDump = (crash?.annotations ?? [])
    .filter(([name, value]) => report.fields[name] !== value)
    .map(([name, value]) => [name, value, 'dump'] as const)
  return [...sent, ...inDump]
}

function Files({ report }: { readonly report: ReportDetail }): JSX.Element {
  return (
    <Section id="files" title="Files">
      <div class="scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">File</th>
              <th scope="col" class="cell-number">
                Size
              </th>
              <th scope="col">SHA-256</th>
              <th scope="col" class="cell-number">
                <span class="off-screen">Download</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {report.attachments.map((file) => (
              <tr key={file.name}>
                <td>{file.name}</td>
                <td class="dim">{file.fileName}</td>
                <td class="cell-number">{bytes(file.size)}</td>
                <td>
                  <span class="copyable">
                    <code title={file.sha256}>{file.sha256.slice(0, 12)}…</code>
                    <CopyButton text={file.sha256} what={`SHA-256 of ${file.name}`} />
                  </span>
                </td>
                <td class="cell-number">
                  <a class="button" download href={attachmentAddress(report.id, file.name)} aria-label={`Download ${file.name}`}>
                    <Icon name="download" />
                    <span>Download</span>
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

/** Browsers lay out a few megabytes of text slowly; the whole is one click away as a file. */
const maxShownJson = 400_000

function RawJson({ report }: { readonly report: ReportDetail }): JSX.Element {
  const text = JSON.stringify(report, null, 2)
  return (
    <>
      <p class="row">
        <CopyButton text={text} what="JSON" label="Copy JSON" />
        <a class="button" href={`${apiRoot}/reports/${encodeURIComponent(report.id)}`} target="_blank" rel="noopener">
          Open alone
        </a>
        {text.length > maxShownJson ? (
          <span class="dim">
            The first {bytes(maxShownJson)} of {bytes(text.length)}
          </span>
        ) : null}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre class="json" tabIndex={0}>
        {text.slice(0, maxShownJson)}
      </pre>
    </>
  )
}
