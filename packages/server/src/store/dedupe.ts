import { createHash } from 'node:crypto'
import { bytesSource, readCrashpadReportId } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'
import type { SubmittedFile } from '../dialect/submission.ts'
import type { SpoolReport } from '../spool/spool-report.ts'

/**
 * What makes two reports one. Crashpad sends a dump again when it did not read the answer: same id inside, same bytes. Chromium sends the
 * report of a crash to an endpoint more than once when the connection breaks, its `age` grown meanwhile: same body without the age, within
 * `browserWindowMs`. Other services' clients make an id for each report themselves. A dump without an id inside is never taken for a copy.
 */
export interface CopyKeys {
  readonly dedupeKey: string | undefined
  readonly dedupeWindowMs: number
  readonly copyKey: string | undefined
  readonly truncated: boolean
}

/** Keys of dumps begin with it. */
export const dumpKeyPrefix = 'd:'
const browserWindowMs = 2_000
/** A browser's report is a few kilobytes; a larger one is not worth parsing twice. */
const maxBrowserReportBytes = 1024 * 1024
const truncatedCode = 'truncated_body'
const dumpName = 'upload_file_minidump'
const dumpMagic = new Set(['MDMP', 'PMDM'])

/** `localPath` finds a file that travelled outside the record, wherever it lies by now. */
export async function copyKeys(
  report: SpoolReport,
  localPath: (file: SubmittedFile, index: number) => Promise<string | undefined>,
): Promise<CopyKeys> {
  const { projectId, submission } = report
  const truncated = submission.problems.some(({ code }) => code === truncatedCode)
  const none = { dedupeKey: undefined, dedupeWindowMs: 0, copyKey: undefined, truncated }
  if (submission.kind === 'browser') {
    const hash = browserHash(submission.files.find(({ name }) => name === 'report') ?? submission.files[0])
    return hash === undefined ? none : { ...none, dedupeKey: `b:${projectId}:${hash}`, dedupeWindowMs: browserWindowMs }
  }
  for (const [index, file] of submission.files.entries()) {
    const id = await idInside(file, () => localPath(file, index))
    if (id !== undefined) return { ...none, dedupeKey: `${dumpKeyPrefix}${projectId}:${id}:${file.sha256}`, copyKey: `${projectId}:${id}` }
  }
  const { clientReportId } = submission
  if (clientReportId === undefined) return none
  // Sentry's clients name an event before the crash; two processes that die under one name are two crashes.
  const dump = submission.files.find(({ name }) => name === dumpName)
  return { ...none, dedupeKey: `e:${projectId}:${sha256(clientReportId)}${dump === undefined ? '' : `:${dump.sha256}`}` }
}

async function idInside({ content }: SubmittedFile, localPath: () => Promise<string | undefined>): Promise<string | undefined> {
  if (content.kind === 'bytes') {
    const magic = Buffer.from(content.bytes.subarray(0, 4)).toString('latin1')
    return dumpMagic.has(magic) ? readCrashpadReportId(bytesSource(content.bytes)) : undefined
  }
  const path = await localPath()
  if (path === undefined) return undefined
  const source = fileSource(path)
  try {
    return readCrashpadReportId(source)
  } finally {
    source.close()
  }
}

/** The dialect's file is `{report, neighbours}`; the age is a member of the report. */
function browserHash(file: SubmittedFile | undefined): string | undefined {
  if (file === undefined || file.content.kind !== 'bytes' || file.size > maxBrowserReportBytes) return undefined
  try {
    const kept: unknown = JSON.parse(Buffer.from(file.content.bytes).toString())
    if (typeof kept !== 'object' || kept === null || !('report' in kept)) return undefined
    const { report } = kept
    if (typeof report !== 'object' || report === null) return undefined
    const text = JSON.stringify(report, (name, value) => (name === 'age' ? undefined : value))
    return sha256(text)
  } catch {
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
