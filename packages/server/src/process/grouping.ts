import type { Fingerprint, Ledger, LedgerGroup } from '../store/database/ledger.ts'
import type { ReportIndex, ReportRow } from '../store/database/report-index.ts'

/** Enough of a group to see that its reports wait together to be signed anew; the newest come first, and one settled report decides. */
const maxReportsLookedAt = 200

/** The state is absent for the group that the report is in already: the index knows it. */
export type SignedInto = Pick<LedgerGroup, 'id'> &
  Partial<Pick<LedgerGroup, 'state'>> & {
    /** A group that gave its fingerprint up to this one: its reports have to be signed once more. */
    readonly tookFrom?: string
  }

/**
 * The group of a report that was signed. When a whole group is being signed anew (its module's symbols arrived, or the rules changed)
 * the group keeps its id, its state and its links, and gains the first new fingerprint; reports that then get another one leave it.
 * A report that leaves alone, while others of its group stay signed as they were, goes to the new fingerprint's own group.
 *
 * Calls for one project must not overlap: the second has to see what the first decided.
 */
export async function groupFor(ledger: Ledger, index: ReportIndex, report: ReportRow, to: Fingerprint): Promise<SignedInto> {
  const { groupId, signature } = report
  if (groupId === undefined || signature === undefined) return ledger.groupOf(to)
  const from = (await ledger.fingerprints(groupId)).findLast((fingerprint) => fingerprint.signature === signature)
  if (from === undefined) return ledger.groupOf(to)
  if (from.signature === to.signature && from.rulesVersion === to.rulesVersion) return { id: groupId }
  // New rules that sign a report as the old ones did change nothing for anybody.
  const whole = from.signature === to.signature || (await waitsAsAWhole(index, report, groupId, signature))
  return ledger.moveFingerprint(from, to, whole)
}

/** Reports of a group that are listed at once. */
const pageSize = 200

/** All reports of a group that gave its fingerprint up; those that came since the other group was signed anew, and so not many. */
export async function reportsOf(index: ReportIndex, projectId: number, groupId: string): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await index.reports({ projectId, groupId, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...items.map(({ id }) => id))
    if (next === undefined) return ids
    cursor = next
  }
}

/** Whether no report of the group is settled: each is still signed as this one was, and waits to be processed again. */
async function waitsAsAWhole(index: ReportIndex, report: ReportRow, groupId: string, signature: string): Promise<boolean> {
  const { items } = await index.reports({ projectId: report.projectId, groupId, limit: maxReportsLookedAt })
  return items.every((other) => other.id === report.id || (other.signature === signature && other.state !== 'processed'))
}
