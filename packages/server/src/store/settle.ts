import { createHash } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { SubmittedFile } from '../dialect/submission.ts'
import { hasCode } from '../durable/durable-files.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { AddedReport, NewReport } from './database/report-index.ts'
import { type CopyKeys, copyKeys, dumpKeyPrefix } from './dedupe.ts'
import { encodeReportFile, reportFileOf, reportPrefix } from './report-file.ts'
import { senderFact } from './sender-facts.ts'
import type { Store } from './store.ts'

type SettleStore = Pick<Store, 'ledger' | 'index' | 'blobs'>

/**
 * A copy of an erased dump stays erased, too: its key has a tombstone of its own. Not so for browsers, where two crashes of one page may send
 * the same words.
 */
export function copyTombstone(dedupeKey: string | undefined | null): string | undefined {
  return dedupeKey?.startsWith(dumpKeyPrefix) === true ? `copy:${dedupeKey}` : undefined
}

/**
 * Spool record → blobs → row and job. Every step may be the last before the power goes, and the next call starts from the beginning: files
 * that were moved already are recognised where they lie now, rows that are there are left alone. `report.json` is the last blob: where it
 * lies, everything lies.
 */
export async function settle(store: SettleStore, report: SpoolReport): Promise<void> {
  const { ledger, index, blobs } = store
  const prefix = reportPrefix(report.id)
  if (await ledger.isErased(report.id)) return dropReport(blobs, report)
  // A report that was settled before, or is a copy: its files are gone from the spool, rightly.
  const known = (await index.find(report.id)).find(({ id, aliases }) => id === report.id || aliases.includes(report.id))
  if (known !== undefined) return removeObsolete(blobs, await index.addReport(newReport(report, noKeys)))

  const keys = await copyKeys(report, (file, i) => whereIs(blobs, file, `${prefix}${i}`))
  const tombstone = copyTombstone(keys.dedupeKey)
  if (tombstone !== undefined && (await ledger.isErased(tombstone))) {
    await ledger.addTombstone(report.id)
    return dropReport(blobs, report)
  }
  await putFiles(blobs, report, prefix)
  await removeObsolete(blobs, await index.addReport(newReport(report, keys)))
  // Erased while this ran: the erasure found no row yet.
  if (await ledger.isErased(report.id)) {
    await index.removeReport(report.id)
    await blobs.removeAll(prefix)
  }
}

const noKeys: CopyKeys = { dedupeKey: undefined, dedupeWindowMs: 0, copyKey: undefined, truncated: false }

async function dropReport(blobs: Blobs, { id, submission }: SpoolReport): Promise<void> {
  for (const { content } of submission.files) if (content.kind === 'file') await rm(content.path, { force: true })
  await blobs.removeAll(reportPrefix(id))
}

async function removeObsolete(blobs: Blobs, { obsolete }: AddedReport): Promise<void> {
  for (const id of obsolete) await blobs.removeAll(reportPrefix(id))
}

async function putFiles(blobs: Blobs, report: SpoolReport, prefix: string): Promise<void> {
  const entries: { key: string; content: Uint8Array | { path: string } }[] = []
  const problems: { code: string; message: string }[] = []
  for (const [i, file] of report.submission.files.entries()) {
    const key = `${prefix}${i}`
    const { content } = file
    if (content.kind === 'bytes') entries.push({ key, content: content.bytes })
    else if (await exists(content.path)) entries.push({ key, content })
    else if (!(await isStored(blobs, key, file)))
      problems.push({ code: 'file_lost', message: `The file ${i} of this report is not in the spool any more.` })
  }
  entries.push({ key: `${prefix}report.json`, content: encodeReportFile(reportFileOf(report, problems)) })
  await blobs.putAll(entries)
}

async function whereIs(blobs: Blobs, { content }: SubmittedFile, key: string): Promise<string | undefined> {
  if (content.kind === 'file' && (await exists(content.path))) return content.path
  return (await blobs.localFile(key))?.path
}

/** A moved file is one of the right size and content; anything else under its name is a write that never ended. */
async function isStored(blobs: Blobs, key: string, { size, sha256 }: SubmittedFile): Promise<boolean> {
  const blob = await blobs.stream(key)
  if (blob === undefined) return false
  if (blob.size !== size) {
    blob.body.destroy()
    return false
  }
  const hash = createHash('sha256')
  await pipeline(blob.body, hash)
  return hash.digest('hex') === sha256
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function newReport({ id, projectId, submission }: SpoolReport, keys: CopyKeys): NewReport {
  const { fields } = submission
  return {
    id,
    projectId,
    kind: submission.kind,
    dialect: submission.dialect,
    receivedAt: submission.receivedAt,
    crashedAt: submission.crashedAt,
    aliases: submission.aliases,
    product: senderFact(fields, 'product'),
    version: senderFact(fields, 'version'),
    platform: senderFact(fields, 'platform'),
    processType: senderFact(fields, 'processType'),
    installation: senderFact(fields, 'installation'),
    ...keys,
  }
}
