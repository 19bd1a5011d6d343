/** The pings by which `@crashkeep/browser` tells of a page's start and end, for crash-free rates. */
import type { Intake } from '../intake/intake.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { type BrowserReport, contextOf, fieldsOf } from './browser-report.ts'
import { textOf } from './json-value.ts'

export const browserSessionType = 'session'

/** Only starts are counted: a page that dies sends no end, and its death comes as a report of its own. */
export function countBrowserSession(intake: Intake, project: LedgerProject, report: BrowserReport, receivedAt: number): void {
  if (textOf(report.body.get('state')) !== 'start') return
  const release = fieldsOf(contextOf(report)).get('version')
  intake.sessions(project, { at: receivedAt - (report.age ?? 0), release, started: 1 })
}
