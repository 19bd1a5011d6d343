import type { ProcessedRow } from '../store/database/report-index.ts'
import type { ReportFile } from '../store/report-file.ts'
import type { Summary } from './messages.ts'

type Facts = Pick<ProcessedRow, 'crashedAt' | 'platform' | 'processType' | 'product' | 'version' | 'reason'>

/**
 * Names under which senders tell the same thing, the best first. Electron sends its own name and version as `prod` and `ver` and the
 * program's as `_productName` and `_version`.
 */
const productNames = ['_productName', 'ProductName', 'product', 'prod']
const versionNames = ['_version', 'Version', 'version', 'ver']
const processTypeNames = ['ptype', 'process_type', 'ProcessType']

/** What the upload says goes before what lies inside the dump: an uploader adds, it does not know less. */
export function factsOf(report: Pick<ReportFile, 'fields' | 'crashedAt'>, summary: Summary): Facts {
  const said = new Map([...summary.annotations, ...Object.entries(report.fields)])
  const first = (names: readonly string[]) => names.map((name) => said.get(name)).find((value) => value !== undefined && value !== '')
  return {
    crashedAt: report.crashedAt ?? summary.crashedAt ?? undefined,
    platform: summary.platform ?? undefined,
    processType: first(processTypeNames),
    product: first(productNames),
    version: first(versionNames),
    reason: summary.reason ?? undefined,
  }
}
