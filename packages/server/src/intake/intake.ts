/**
 * The one door: every report of every dialect passes here. Checks key and limits, stitches split values, applies the project's privacy
 * rules, decides keep or drop, appends to the spool, and only then lets the dialect answer.
 */
import { randomBytes } from 'node:crypto'
import type { Submission } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import type { SpoolFile } from '../spool/spool-files.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { NewRejection } from '../store/database/report-index.ts'
import { type IntakeLimits, intakeLimits } from './limits.ts'
import { MemoryBudget } from './memory-budget.ts'
import { type MultipartSource, readMultipart, type Upload } from './multipart.ts'
import { type KeyLedger, ProjectKeys } from './project-keys.ts'
import { type CountRejection, Rejections } from './rejections.ts'
import { makeReportId } from './report-id.ts'
import { stitchFields } from './stitch.ts'

/** The part of the spool that intake needs. */
export interface ReportSpool {
  append(report: SpoolReport): Promise<void>
  createFile(reportId: string, index: number): Promise<SpoolFile>
  canAccept(): Promise<boolean>
}

/** What happens to a report before it is written anywhere: it may be changed, or dropped with a reason that is counted. */
export type PrivacyRules = (
  project: LedgerProject,
  submission: Submission,
) => { readonly keep: Submission } | { readonly drop: string; readonly detail?: string }

export interface IntakeOptions {
  readonly ledger: KeyLedger
  readonly spool: ReportSpool
  readonly countRejection: CountRejection
  readonly clock?: () => number
  readonly random?: (bytes: number) => Uint8Array
  readonly limits?: Partial<IntakeLimits>
  readonly privacy?: PrivacyRules
  readonly onProblem?: (message: string, error: unknown) => void
}

export type Outcome = { readonly kind: 'kept'; readonly id: string } | { readonly kind: 'dropped'; readonly reason: string }

export interface IntakeStats {
  readonly accepted: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, number>
  readonly refusedUnwritten: number
  readonly bufferedBytes: number
}

export interface Intake {
  readonly limits: IntakeLimits
  now(): number
  newReportId(): string
  projectByKey(key: string): Promise<LedgerProject>
  projectBySlug(slug: string): Promise<LedgerProject>
  /** Whether a report that came now would be kept. */
  canAccept(): Promise<boolean>
  /** Reads a multipart body. The caller calls `release` or `discard` on what it gets. */
  readMultipart(reportId: string, source: MultipartSource): Promise<Upload>
  /** Resolves when the report is durable; only then may it be acknowledged. */
  accept(project: LedgerProject, reportId: string, submission: Submission): Promise<Outcome>
  /** Counts a refusal or a drop; never waits, never throws. */
  refused(rejection: NewRejection): void
  stats(): IntakeStats
  /** Resolves when the refusals counted so far are written. */
  flush(): Promise<void>
}

const keepEverything: PrivacyRules = (_, submission) => ({ keep: submission })

export function createIntake(options: IntakeOptions): Intake {
  const limits = { ...intakeLimits, ...options.limits }
  const clock = options.clock ?? Date.now
  const random = options.random ?? randomBytes
  const privacy = options.privacy ?? keepEverything
  const onProblem = options.onProblem ?? (() => undefined)
  const keys = new ProjectKeys(options.ledger, limits)
  const rejections = new Rejections(options.countRejection, limits, onProblem)
  const budget = new MemoryBudget(limits.bufferedBytes)
  const accepted = new Map<string, number>()
  keys.preload().catch((error: unknown) => onProblem('the keys of the projects could not be read ahead', error))

  return {
    limits,
    now: clock,
    newReportId: () => makeReportId(clock(), random),
    projectByKey: (key) => keys.byKey(key),
    projectBySlug: (slug) => keys.bySlug(slug),
    canAccept: () => options.spool.canAccept(),
    readMultipart: async (reportId, source) => {
      // Asked before the body is read: refusing now is cheaper for both sides than after 200 MiB.
      if (!(await options.spool.canAccept())) throw new ServerError('storage_full')
      return readMultipart(source, { limits, budget, openFile: (index) => options.spool.createFile(reportId, index) })
    },
    accept: async (project, reportId, submission) => {
      const decision = privacy(project, { ...submission, fields: stitchFields(submission.fields) })
      if ('drop' in decision) return { kind: 'dropped', reason: decision.drop }
      await options.spool.append({ id: reportId, projectId: project.id, submission: decision.keep })
      accepted.set(submission.dialect, (accepted.get(submission.dialect) ?? 0) + 1)
      return { kind: 'kept', id: reportId }
    },
    refused: (rejection) => rejections.add(rejection),
    stats: () => ({
      accepted,
      refused: rejections.byReason,
      refusedUnwritten: rejections.unwritten,
      bufferedBytes: budget.taken,
    }),
    flush: () => rejections.flush(),
  }
}
