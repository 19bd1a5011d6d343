/**
 * The one door: every report of every dialect passes here. Checks key and limits, stitches split values, applies the project's privacy
 * rules, decides keep or drop, appends to the spool, and only then lets the dialect answer.
 */
import { randomBytes } from 'node:crypto'
import type { KeepRule } from '../api/project-settings.ts'
import type { Submission } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import type { SpoolFile } from '../spool/spool-files.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { NewRejection } from '../store/database/report-index.ts'
import { mayReport } from './allowed-origins.ts'
import { type BodyNotes, type BodySource, letGo, newBodyNotes, openBody } from './body.ts'
import { type CountReceived, DailyQuota } from './daily-quota.ts'
import { fieldPrivacy } from './field-privacy.ts'
import { droppingRule } from './keep-rules.ts'
import { type IntakeLimits, intakeLimits } from './limits.ts'
import { MemoryBudget, MemoryShare } from './memory-budget.ts'
import { type MultipartSource, readMultipart, type Upload } from './multipart.ts'
import { readPieces, type TakePieces } from './piece-upload.ts'
import { applyPrivacy } from './privacy.ts'
import { type KeyLedger, ProjectKeys } from './project-keys.ts'
import { type CountRejection, Rejections } from './rejections.ts'
import { makeReportId } from './report-id.ts'
import { SessionCounts, type SessionsTold, type WriteSessions } from './session-counts.ts'
import { stitchFields } from './stitch.ts'

/** What a sample of a dropped report may hold of its sender's words. */
const maxSampledNames = 50
const maxSampledValue = 256

/** The part of the spool that intake needs. */
export interface ReportSpool {
  append(report: SpoolReport): Promise<void>
  createFile(reportId: string, index: number): Promise<SpoolFile>
  canAccept(): Promise<boolean>
  /** Removes files that no report needs. */
  discardFiles(paths: readonly string[]): Promise<void>
}

export interface IntakeOptions {
  readonly ledger: KeyLedger
  readonly spool: ReportSpool
  readonly countRejection: CountRejection
  /** Without it sessions are not counted. */
  readonly countSessions?: WriteSessions
  readonly clock?: () => number
  readonly random?: (bytes: number) => Uint8Array
  readonly limits?: Partial<IntakeLimits>
  /** Reports kept before this run of the server; without it every day begins at zero. */
  readonly countReceived?: CountReceived
  readonly onProblem?: (message: string, error: unknown) => void
}

export type Outcome = { readonly kind: 'kept'; readonly id: string } | { readonly kind: 'dropped'; readonly reason: string }

export interface IntakeStats {
  readonly accepted: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, number>
  readonly refusedUnwritten: number
  readonly bufferedBytes: number
}

/** A body that a dialect reads itself. */
export interface OpenedBody {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly notes: BodyNotes
  /** Holds what is kept of it. */
  readonly share: MemoryShare
  /** Gives the memory back, whether it was read to its end or not. */
  close(): void
}

export interface Intake {
  readonly limits: IntakeLimits
  now(): number
  newReportId(): string
  projectByKey(key: string): Promise<LedgerProject>
  projectBySlug(slug: string): Promise<LedgerProject>
  /** Whether a report that came now would be kept. */
  canAccept(): Promise<boolean>
  /**
   * Reads a multipart body. The caller calls `release` or `discard` on what it gets. With the project, what it would not keep anyway is
   * refused early.
   */
  readMultipart(reportId: string, source: MultipartSource, project?: LedgerProject): Promise<Upload>
  openBody(source: BodySource, maxBytes: number): OpenedBody
  /** As `readMultipart`, for a body that is no form: `take` gets it, and puts files and fields into what becomes the upload. */
  readPieces(reportId: string, source: BodySource, project: LedgerProject, take: TakePieces): Promise<Upload>
  /** Refuses what comes from a page that the project does not list, by the request's `Origin`. */
  checkOrigin(project: LedgerProject, origin: string | undefined): void
  /**
   * Resolves when the report is durable; only then may it be acknowledged. Size, quota, rules and privacy of the project are applied here;
   * a report that is dropped is counted here, too.
   */
  accept(project: LedgerProject, reportId: string, submission: Submission): Promise<Outcome>
  /** Adds files to a report that was accepted before; resolves when they are durable. Quota and rules are for reports only. */
  attach(project: LedgerProject, additionId: string, attachTo: string, submission: Submission): Promise<{ readonly keptFiles: number }>
  /** Counts a refusal or a drop; never waits, never throws. */
  refused(rejection: NewRejection): void
  /** Counts sessions for the project's crash-free rate; never waits, never throws. */
  sessions(project: LedgerProject, told: SessionsTold): void
  stats(): IntakeStats
  /** Resolves when the refusals and sessions counted so far are written. */
  flush(): Promise<void>
}

export function createIntake(options: IntakeOptions): Intake {
  const limits = { ...intakeLimits, ...options.limits }
  const clock = options.clock ?? Date.now
  const random = options.random ?? randomBytes
  const onProblem = options.onProblem ?? (() => undefined)
  const keys = new ProjectKeys(options.ledger, limits)
  const rejections = new Rejections(options.countRejection, limits, onProblem)
  const sessions = new SessionCounts(options.countSessions ?? (async () => undefined), clock, onProblem)
  const budget = new MemoryBudget(limits.bufferedBytes)
  const quota = new DailyQuota(clock, options.countReceived ?? (async () => 0))
  const accepted = new Map<string, number>()
  keys.preload().catch((error: unknown) => onProblem('the keys of the projects could not be read ahead', error))

  return {
    limits,
    now: clock,
    newReportId: () => makeReportId(clock(), random),
    projectByKey: (key) => keys.byKey(key),
    projectBySlug: (slug) => keys.bySlug(slug),
    canAccept: () => options.spool.canAccept(),
    openBody: (source, maxBytes) => {
      const notes = newBodyNotes()
      const share = new MemoryShare(budget)
      const bytes = openBody(source, { maxBytes, idleMs: limits.bodyIdleMs, totalMs: limits.bodyTotalMs }, notes, share)
      const close = () => {
        letGo(bytes)
        share.release()
      }
      return { bytes, notes, share, close }
    },
    readMultipart: async (reportId, source, project) => {
      // Asked before the body is read: refusing now is cheaper for both sides than after 200 MiB.
      if (!(await options.spool.canAccept())) throw new ServerError('storage_full')
      if (project !== undefined && quota.isFull(project)) throw overQuota(quota)
      const bounds = project === undefined ? limits : { ...limits, uploadBytes: uploadBytesOf(project, limits) }
      return readMultipart(source, { limits: bounds, budget, openFile: (index) => options.spool.createFile(reportId, index) })
    },
    readPieces: async (reportId, source, project, take) => {
      if (!(await options.spool.canAccept())) throw new ServerError('storage_full')
      if (quota.isFull(project)) throw overQuota(quota)
      const bounds = { ...limits, uploadBytes: uploadBytesOf(project, limits) }
      return readPieces(source, { limits: bounds, budget, openFile: (index) => options.spool.createFile(reportId, index) }, take)
    },
    checkOrigin: (project, origin) => {
      if (!mayReport(project, origin)) throw new ServerError('origin_not_allowed')
    },
    accept: async (project, reportId, submission) => {
      const stitched = { ...submission, fields: stitchFields(submission.fields) }
      if (bytesOf(stitched) > uploadBytesOf(project, limits)) throw new ServerError('too_large')
      const rule = droppingRule(project.settings.rules, stitched, () => Buffer.from(random(4)).readUInt32LE() / 2 ** 32)
      if (rule !== undefined) {
        const reason = `rule_${rule.name}`
        rejections.add(dropped(project, stitched, { reason, rule, at: clock() }), project)
        return { kind: 'dropped', reason }
      }
      if (!quota.take(project)) throw overQuota(quota)
      try {
        const redacted = await applyPrivacy(project, stitched)
        await options.spool.append({ id: reportId, projectId: project.id, submission: redacted.submission })
        if (redacted.unneeded.length > 0) await options.spool.discardFiles(redacted.unneeded)
      } catch (error) {
        quota.giveBack(project)
        throw error
      }
      accepted.set(submission.dialect, (accepted.get(submission.dialect) ?? 0) + 1)
      return { kind: 'kept', id: reportId }
    },
    attach: async (project, additionId, attachTo, submission) => {
      if (bytesOf(submission) > uploadBytesOf(project, limits)) throw new ServerError('too_large')
      const redacted = await applyPrivacy(project, submission)
      const keptFiles = redacted.submission.files.length
      if (keptFiles > 0) await options.spool.append({ id: additionId, projectId: project.id, submission: redacted.submission, attachTo })
      if (keptFiles < submission.files.length) {
        rejections.add({ projectId: project.id, reason: 'file_not_kept', dialect: submission.dialect, at: clock() }, project)
      }
      if (redacted.unneeded.length > 0) await options.spool.discardFiles(redacted.unneeded)
      accepted.set('attachment', (accepted.get('attachment') ?? 0) + 1)
      return { keptFiles }
    },
    refused: (rejection) => rejections.add(rejection, rejection.projectId === undefined ? undefined : keys.lastSeen(rejection.projectId)),
    sessions: (project, told) => sessions.add(project, told),
    stats: () => ({
      accepted,
      refused: rejections.byReason,
      refusedUnwritten: rejections.unwritten,
      bufferedBytes: budget.taken,
    }),
    flush: async () => {
      await Promise.all([rejections.flush(), sessions.flush()])
    },
  }
}

/** The smaller of the project's limit and the server's. */
function uploadBytesOf({ settings }: LedgerProject, limits: IntakeLimits): number {
  return Math.min(settings.maxUploadBytes ?? limits.uploadBytes, limits.uploadBytes)
}

function bytesOf({ fields, files }: Submission): number {
  let bytes = 0
  for (const [name, value] of fields) bytes += name.length + value.length
  for (const { size } of files) bytes += size
  return bytes
}

function overQuota(quota: DailyQuota): ServerError {
  return new ServerError('over_quota', { retryAfter: quota.secondsToNextDay() })
}

function dropped(
  project: LedgerProject,
  { dialect, sender, fields }: Submission,
  { reason, rule, at }: { readonly reason: string; readonly rule: KeepRule; readonly at: number },
): NewRejection {
  return {
    projectId: project.id,
    reason,
    dialect,
    at,
    sample: {
      headers: sender.userAgent === undefined ? {} : { 'user-agent': sender.userAgent.slice(0, maxSampledValue) },
      fieldNames: [...fields.keys()].slice(0, maxSampledNames),
      detail: detailOf(project, rule, fields),
      address: sender.address,
    },
  }
}

/** The value that a rule looked at, as far as the privacy rules let it be kept. */
function detailOf({ settings, hashKey }: LedgerProject, { field, keepPercent }: KeepRule, fields: ReadonlyMap<string, string>): string {
  const share = keepPercent === 0 ? '' : ` (${keepPercent} % are kept)`
  if (field === null) return `Every report${share}`
  const [, value] = [...fields].find(([name]) => name.toLowerCase() === field.toLowerCase()) ?? []
  const kept = value === undefined ? undefined : fieldPrivacy(settings.privacy, hashKey)(field, value)
  return kept === undefined ? `${field}${share}` : `${field} = ${JSON.stringify(kept.slice(0, maxSampledValue))}${share}`
}
