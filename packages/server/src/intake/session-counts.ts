/**
 * Sessions that clients tell of, added up per day and release and written a little later: a rate needs no single one of them, and a busy page
 * sends two for each visitor. What was counted in the last seconds before a kill is lost; reports never are.
 */
import type { LedgerProject } from '../store/database/ledger.ts'
import type { SessionRow } from '../store/database/report-index.ts'

/** What one client tells at once. */
export interface SessionsTold {
  readonly at: number
  /** undefined: it did not say. */
  readonly release?: string | undefined
  readonly started?: number
  readonly errored?: number
  readonly crashed?: number
}

export type WriteSessions = (rows: readonly SessionRow[]) => Promise<void>

const dayMs = 24 * 60 * 60 * 1000
/** A day's sessions are told until the phone is online again; what is older, or in the future, is a wrong clock and counts for today. */
const maxAgeDays = 7
const maxReleaseLength = 200
/** One aggregate of a client's. Public keys let anybody count; a number beyond this is nobody's honest program. */
const maxPerItem = 1_000_000
/** Rows that wait to be written; a flood of invented releases is counted under none. */
const maxWaitingRows = 1000
const writeDelayMs = 2000

export class SessionCounts {
  readonly #write: WriteSessions
  readonly #clock: () => number
  readonly #onProblem: (message: string, error: unknown) => void
  #waiting = new Map<string, SessionRow>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(write: WriteSessions, clock: () => number, onProblem: (message: string, error: unknown) => void) {
    this.#write = write
    this.#clock = clock
    this.#onProblem = onProblem
  }

  add(project: LedgerProject, told: SessionsTold): void {
    const day = this.#dayOf(told.at)
    const release = told.release?.slice(0, maxReleaseLength) ?? ''
    const isKnown = this.#waiting.has(keyOf(project.id, day, release)) || this.#waiting.size < maxWaitingRows
    const row = { projectId: project.id, day, release: isKnown ? release : '', started: 0, errored: 0, crashed: 0 }
    const key = keyOf(row.projectId, row.day, row.release)
    const before = this.#waiting.get(key) ?? row
    this.#waiting.set(key, {
      ...before,
      started: before.started + bounded(told.started),
      errored: before.errored + bounded(told.errored),
      crashed: before.crashed + bounded(told.crashed),
    })
    this.#timer ??= setTimeout(() => void this.flush(), writeDelayMs).unref()
  }

  /** Resolves when what was counted so far is written, or could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const rows = [...this.#waiting.values()]
    this.#waiting = new Map()
    if (rows.length > 0)
      this.#writing = this.#writing
        .then(() => this.#write(rows))
        .catch((error: unknown) => this.#onProblem('sessions could not be counted in the database', error))
    return this.#writing
  }

  #dayOf(at: number): number {
    const today = Math.floor(this.#clock() / dayMs)
    const day = Math.floor(at / dayMs)
    return day <= today && day > today - maxAgeDays ? day : today
  }
}

function keyOf(projectId: number, day: number, release: string): string {
  return `${projectId}\n${day}\n${release}`
}

function bounded(count: number | undefined): number {
  return Number.isFinite(count) ? Math.min(maxPerItem, Math.max(0, Math.floor(count ?? 0))) : 0
}
