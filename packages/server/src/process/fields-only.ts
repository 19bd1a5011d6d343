import { rulesVersion } from '@crashkeep/signature'
import type { ReportFile } from '../store/report-file.ts'
import { senderFact } from '../store/sender-facts.ts'
import type { Summary } from './messages.ts'

/** What the intake notes of each file that the project's privacy rules left out. */
const notKept = 'file_not_kept'

/**
 * What a report says whose project keeps no files, or that came without any: when, where and in which version. They are one group for each kind of
 * process, so that releases can still be compared.
 */
export function summaryOfFields({
  kind,
  files,
  fields,
  problems,
}: Pick<ReportFile, 'kind' | 'files' | 'fields' | 'problems'>): Summary | undefined {
  if (kind === 'browser' || files.length > 0) return undefined
  const processType = senderFact(new Map(Object.entries(fields)), 'processType')
  const why = problems.some(({ code }) => code === notKept) ? 'EMPTY: dump not kept' : 'EMPTY: no dump sent'
  return {
    signature: processType === undefined ? why : `${why} | ${processType}`,
    rulesVersion,
    reason: null,
    platform: null,
    crashedAt: null,
    annotations: [],
    problems: [{ code: 'no_dump', message: 'The report came without a file that says what happened; what it is made of are its fields.' }],
    modules: [],
  }
}
