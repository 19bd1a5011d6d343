import type { ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Skeleton } from '../../parts/skeleton.tsx'

/** Before processing, after it failed, or where it had nothing but fields: what is known, and that the page looks after the rest. */
export function WaitingReport({ report }: { readonly report: ReportDetail }): JSX.Element | null {
  if (report.state === 'failed') return null
  if (report.state === 'processed') {
    if (report.processed === null) {
      return <p class="dim">Nothing was kept that says what happened; what is known stands in the fields below.</p>
    }
    return <p class="dim">The result of processing is of a kind that this page does not know; it is below as JSON.</p>
  }
  return (
    <section class="waiting" aria-live="polite">
      <p>
        <span class="pulse" aria-hidden="true" />
        {report.state === 'received' ? 'Received and safe on disk. It waits for its turn.' : 'The stacks are being walked.'} This page
        updates by itself.
      </p>
      <Skeleton lines={8} what="the stack" />
    </section>
  )
}
