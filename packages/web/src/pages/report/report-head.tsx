import type { ProcessedBrowserCrash, ReportDetail } from '@crashkeep/server/api-types'
import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type ApiFailure, apiSend, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { Copyable } from '../../parts/copy-button.tsx'
import { Icon } from '../../parts/icons.tsx'
import { FailureNotice, Notice } from '../../parts/notice.tsx'
import { useShortcuts } from '../../parts/shortcuts.ts'
import { SignatureHead } from '../../parts/signature.tsx'
import { Time } from '../../parts/time.tsx'
import { navigate } from '../../router/location.ts'
import { pathTo } from '../../router/route.ts'
import { type Crash, shortHex } from '../../stack/crash.ts'
import { counted } from '../../text/number.ts'
import { duration } from '../../text/time.ts'
import { Sentence } from './sentence.tsx'

interface ReportHeadProps {
  readonly report: ReportDetail
  readonly crash: Crash | undefined
  readonly browser: ProcessedBrowserCrash | undefined
  readonly onReprocessed: () => void
}

export function ReportHead({ report, crash, browser, onReprocessed }: ReportHeadProps): JSX.Element {
  const sentence = report.sentence ?? crash?.sentence
  return (
    <header class="report-head">
      <div class="crumbs">
        <a href={pathTo({ page: 'groups', project: report.project })}>Groups</a>
        <span aria-hidden="true">/</span>
        {report.groupId === null ? (
          <span class="dim">not grouped yet</span>
        ) : (
          <a class="crumb-signature" href={pathTo({ page: 'group', project: report.project, id: report.groupId })}>
            <SignatureHead text={report.signature ?? 'group'} kind={report.kind} />
          </a>
        )}
        <Neighbours report={report} />
      </div>
      <h1 class="sentence">
        <Sentence text={sentence ?? fallbackSentence(report)} />
      </h1>
      <dl class="facts">
        <Fact name="Reason">{report.reason ?? crash?.reason}</Fact>
        <Fact name="Address">
          {crash?.address === undefined ? undefined : (
            <Copyable text={crash.address} shown={shortHex(crash.address) ?? crash.address} what="address" />
          )}
        </Fact>
        <Fact name="Version">{[report.product, report.version].filter((part) => part !== null).join(' ') || undefined}</Fact>
        <Fact name="Process">{report.processType}</Fact>
        <Fact name="System">
          {[report.platform, crash?.system.osVersion?.split(' ')[0]].filter((part) => part != null).join(' ') || undefined}
        </Fact>
        <Fact name="Ran for">{crash?.uptimeSeconds === undefined ? undefined : duration(crash.uptimeSeconds * 1000)}</Fact>
        <Fact name="Happened">{report.occurrences > 1 ? `${report.occurrences} times in one session` : undefined}</Fact>
        <Fact name="Page">{browser?.visibilityState}</Fact>
        <Fact name="Crashed">{report.crashedAt === null ? undefined : <Time at={report.crashedAt} />}</Fact>
        <Fact name="Received">{report.crashedAt === null ? <Time at={report.receivedAt} /> : undefined}</Fact>
        <Fact name="Report">
          <Copyable text={report.id} shown={`${report.id.slice(0, 16)}…`} what="report id" />
        </Fact>
      </dl>
      <Problems report={report} onReprocessed={onReprocessed} />
    </header>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element | null {
  if (children === undefined || children === null || children === '') return null
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function fallbackSentence(report: ReportDetail): string {
  if (report.state === 'failed') return 'This report could not be processed.'
  if (report.state === 'processed') return report.reason === null ? 'What happened here is not known.' : `It ended with ${report.reason}.`
  return 'A crash arrived and is being looked at.'
}

function Neighbours({ report }: { readonly report: ReportDetail }): JSX.Element {
  const to = (id: string) => pathTo({ page: 'report', project: report.project, id })
  useShortcuts({
    '[': () => report.previousId !== null && navigate(to(report.previousId)),
    ']': () => report.nextId !== null && navigate(to(report.nextId)),
  })
  const step = (id: string | null, icon: 'left' | 'right', words: string) =>
    id === null ? (
      <span class="icon-button is-off" role="img" aria-label={`No ${words}`}>
        <Icon name={icon} />
      </span>
    ) : (
      <a class="icon-button" href={to(id)} aria-label={words} title={`${words} (${icon === 'left' ? '[' : ']'})`}>
        <Icon name={icon} />
      </a>
    )
  return (
    <span class="neighbours">
      {step(report.previousId, 'left', 'older report of the group')}
      {step(report.nextId, 'right', 'newer report of the group')}
    </span>
  )
}

function Problems({ report, onReprocessed }: { readonly report: ReportDetail; readonly onReprocessed: () => void }): JSX.Element | null {
  const { me } = useSession()
  const [failure, setFailure] = useState<ApiFailure>()
  const failed = report.state === 'failed'
  if (report.problems.length === 0 && !failed) return null
  const again = async () => {
    setFailure(undefined)
    try {
      await apiSend<unknown>('POST', `/reports/${report.id}/reprocess`)
      onReprocessed()
    } catch (reason) {
      setFailure(asFailure(reason))
    }
  }
  const lines = report.problems.map((problem, at) => (
    <li key={at}>
      {problem.message} <code class="dim">{problem.code}</code>
    </li>
  ))
  const mayAgain = me.scopes.includes('triage') || me.scopes.includes('administer')
  return (
    <>
      {failed ? (
        <Notice tone="error" title="Processing failed. The files are kept and can be downloaded below.">
          <ul class="problems">{lines}</ul>
          {mayAgain ? (
            <button type="button" class="button" onClick={() => void again()}>
              Process again
            </button>
          ) : null}
        </Notice>
      ) : (
        <details class="notice notice-warning">
          <summary>
            <strong>{counted(lines.length, 'part')} of this report</strong> {lines.length === 1 ? 'is' : 'are'} damaged or missing; the rest
            is shown.
          </summary>
          <ul class="problems">{lines}</ul>
        </details>
      )}
      {failure === undefined ? null : <FailureNotice failure={failure} what="Processing again" />}
    </>
  )
}
