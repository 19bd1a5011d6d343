import type { ProcessedRow } from '../store/database/report-index.ts'
import type { ReportFile } from '../store/report-file.ts'
import { type SenderFact, senderFact } from '../store/sender-facts.ts'
import type { Summary } from './messages.ts'

type Facts = Pick<ProcessedRow, 'crashedAt' | 'platform' | 'processType' | 'product' | 'version' | 'reason' | 'page'>

/** What the upload says goes before what lies inside the dump: an uploader adds, it does not know less. */
export function factsOf(report: Pick<ReportFile, 'fields' | 'crashedAt'>, summary: Summary): Facts {
  const fields = new Map(Object.entries(report.fields))
  const annotations = new Map(summary.annotations)
  const fact = (name: SenderFact) => senderFact(fields, name) ?? senderFact(annotations, name)
  return {
    crashedAt: report.crashedAt ?? summary.crashedAt ?? undefined,
    platform: summary.platform ?? fact('platform'),
    processType: fact('processType'),
    product: fact('product'),
    version: fact('version'),
    reason: summary.reason ?? undefined,
    ...(summary.page === undefined ? {} : { page: summary.page }),
  }
}
