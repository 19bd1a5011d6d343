import { rm } from 'node:fs/promises'
import type { SubmittedFile } from '../dialect/submission.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { moveAdditions } from './added-files.ts'
import type { Blobs } from './blobs/blobs.ts'
import { browserDeathOf } from './browser-death.ts'
import type { AddedReport, NewReport } from './database/report-index.ts'
import { type CopyKeys, copyKeys, dumpKeyPrefix } from './dedupe.ts'
import { encodeReportFile, reportFileOf, reportPrefix } from './report-file.ts'
import { senderFact } from './sender-facts.ts'
import { settleAddition } from './settle-addition.ts'
import { fileEntries, isFile } from './settle-files.ts'
import type { Store } from './store.ts'

type SettleStore = Pick<Store, 'ledger' | 'index' | 'blobs' | 'jobs'>

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
export async function settle(store: SettleStore, report: SpoolReport, now: number): Promise<void> {
  if (report.attachTo !== undefined) return settleAddition(store, report, report.attachTo, now)
  const { ledger, index, blobs } = store
  const prefix = reportPrefix(report.id)
  if (await ledger.isErased(report.id)) return dropReport(blobs, report)
  // A report that was settled before, or is a copy: its files are gone from the spool, rightly.
  const known = (await index.find(report.id)).find(({ id, aliases }) => id === report.id || aliases.includes(report.id))
  if (known !== undefined) return finish(store, report, await index.addReport(newReport(report, noKeys)), now)

  const keys = await copyKeys(report, (file, i) => whereIs(blobs, file, `${prefix}${i}`))
  const tombstone = copyTombstone(keys.dedupeKey)
  if (tombstone !== undefined && (await ledger.isErased(tombstone))) {
    await ledger.addTombstone(report.id)
    return dropReport(blobs, report)
  }
  await putFiles(blobs, report, prefix)
  await finish(store, report, await index.addReport(newReport(report, keys)), now)
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

async function finish(store: SettleStore, report: SpoolReport, added: AddedReport, now: number): Promise<void> {
  if (added.partOf === undefined) return removeObsolete(store.blobs, added, report.id)
  const { id, keep } = added.partOf
  if (keep) await settleAddition(store, report, id, now)
  await store.blobs.removeAll(reportPrefix(report.id))
  if (keep) await store.jobs.add([id])
}

async function removeObsolete(blobs: Blobs, { obsolete, duplicateOf }: AddedReport, id: string): Promise<void> {
  const survivor = duplicateOf ?? id
  for (const old of obsolete) {
    await moveAdditions(blobs, old, survivor)
    await blobs.removeAll(reportPrefix(old))
  }
}

async function putFiles(blobs: Blobs, report: SpoolReport, prefix: string): Promise<void> {
  const { entries, problems } = await fileEntries(blobs, report.submission.files, (i) => `${prefix}${i}`)
  await blobs.putAll([...entries, { key: `${prefix}report.json`, content: encodeReportFile(reportFileOf(report, problems)) }])
}

async function whereIs(blobs: Blobs, { content }: SubmittedFile, key: string): Promise<string | undefined> {
  if (content.kind === 'file' && (await isFile(content.path))) return content.path
  return (await blobs.localFile(key))?.path
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
    death: browserDeathOf(submission),
  }
}
