import { rm } from 'node:fs/promises'
import { timeOfReportId } from '../intake/report-id.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { additionKeys, encodeAddition, moveAdditions, readAddedFiles } from './added-files.ts'
import type { Blobs } from './blobs/blobs.ts'
import { StoreError } from './errors.ts'
import { additionPatienceMs, maxAddedFiles } from './limits.ts'
import { readReportFile, reportPrefix } from './report-file.ts'
import { fileEntries } from './settle-files.ts'
import type { Store } from './store.ts'

/**
 * Files that came after their report → blobs beside the report's own. The spool settles the report first; where it is not in the store all
 * the same, it was set aside, or the id was invented while the database could not be asked: that is tried again for a while. Run again,
 * it writes the same bytes to the same names.
 */
export async function settleAddition(
  { ledger, index, blobs }: Pick<Store, 'ledger' | 'index' | 'blobs'>,
  addition: SpoolReport,
  attachTo: string,
  now: number,
): Promise<void> {
  for (;;) {
    if (await ledger.isErased(attachTo)) return dropFiles(addition)
    const row = (await index.find(attachTo)).find(({ id, aliases }) => id === attachTo || aliases.includes(attachTo))
    if (row === undefined) {
      if (now - timeOfReportId(addition.id) > additionPatienceMs) return dropFiles(addition)
      throw new StoreError('unknown_report', `The report ${attachTo}, to which files were added, is not in the store`)
    }
    if (row.projectId !== addition.projectId) return dropFiles(addition)
    await put(blobs, addition, row.id)
    const after = (await index.find(attachTo)).find(({ id, aliases }) => id === attachTo || aliases.includes(attachTo))
    const erased = after === undefined || (await ledger.isErased(row.id))
    if (after?.id === row.id && !erased) return
    // Erased, or replaced by a whole copy, while this ran: once more, with what belongs there now.
    if (!erased && after !== undefined) await moveAdditions(blobs, row.id, after.id)
    await blobs.removeAll(reportPrefix(row.id))
  }
}

async function put(blobs: Blobs, addition: SpoolReport, reportId: string): Promise<void> {
  const keys = additionKeys(reportId, addition.id)
  const report = await readReportFile(blobs, reportId)
  const others = (await readAddedFiles(blobs, reportId, report?.files.map(({ name }) => name) ?? [])).filter(
    ({ blobKey }) => !blobKey.startsWith(keys.file(0).slice(0, -1)),
  )
  const files = addition.submission.files.slice(0, Math.max(0, maxAddedFiles - others.length))
  const { entries } = await fileEntries(blobs, files, keys.file)
  const list = encodeAddition({ format: 1, files: files.map(({ content: _, ...file }) => file) })
  await blobs.putAll([...entries, { key: keys.list, content: list }])
}

async function dropFiles({ submission }: SpoolReport): Promise<void> {
  for (const { content } of submission.files) if (content.kind === 'file') await rm(content.path, { force: true })
}
