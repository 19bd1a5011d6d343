import type { GroupDetail, ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { useResource } from '../../api/use-resource.ts'
import { isCrashingNow } from '../../parts/group-state.tsx'
import { FailureNotice } from '../../parts/notice.tsx'
import { Section } from '../../parts/section.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { useNow } from '../../parts/time.tsx'
import { pathTo } from '../../router/route.ts'
import { readBrowserCrash } from '../../stack/browser-crash.ts'
import { readCrash } from '../../stack/crash.ts'
import { ScriptStack } from '../../stack/script-stack.tsx'
import { StackView } from '../../stack/stack-view.tsx'
import { Sentence } from '../report/sentence.tsx'

/** Frames shown of the group's best stack: enough to recognise it. */
const shownFrames = 14

export function BestStack({ group }: { readonly group: GroupDetail }): JSX.Element {
  const report = useResource<ReportDetail>(group.bestReportId === null ? undefined : `/reports/${encodeURIComponent(group.bestReportId)}`)
  const crash = useMemo(() => readCrash(report.data?.processed), [report.data])
  const browser = useMemo(() => readBrowserCrash(report.data?.processed), [report.data])
  const thread = crash?.threads[crash.crashingThread ?? 0]
  const sentence = report.data?.sentence
  const now = useNow()
  return (
    <Section
      id="stack"
      title="Best stack"
      aside={
        group.bestReportId === null ? undefined : (
          <a class="button" href={pathTo({ page: 'report', project: group.project, id: group.bestReportId })}>
            Open this report
          </a>
        )
      }
    >
      {sentence == null ? null : (
        <p class="sentence-small">
          <Sentence text={sentence} />
        </p>
      )}
      {thread !== undefined ? (
        <StackView frames={thread.frames} shown={shownFrames} crashing={isCrashingNow(group, now)} label="Frames, innermost first" />
      ) : browser !== undefined ? (
        browser.stack.length === 0 ? (
          <p class="dim">The browser sent no stack.</p>
        ) : (
          <ScriptStack frames={browser.stack.slice(0, shownFrames)} />
        )
      ) : report.failure !== undefined ? (
        <FailureNotice failure={report.failure} what="The stack" retry={report.reload} />
      ) : group.bestReportId === null || report.data !== undefined ? (
        <p class="dim">No report of this group has a stack yet.</p>
      ) : (
        <Skeleton lines={8} what="the stack" />
      )}
    </Section>
  )
}
