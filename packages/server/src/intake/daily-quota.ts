/**
 * How many reports of a project were kept on this UTC day. Counted in memory; what an earlier run of the server kept is asked of the
 * database beside the uploads, and until it answers they are let in.
 */
import type { LedgerProject } from '../store/database/ledger.ts'

/** Reports of a project received from `fromMs` up to, but without, `toMs`. */
export type CountReceived = (projectId: number, fromMs: number, toMs: number) => Promise<number>

const dayMs = 24 * 60 * 60 * 1000

export class DailyQuota {
  readonly #clock: () => number
  readonly #countReceived: CountReceived
  readonly #startedAt: number
  readonly #kept = new Map<number, number>()
  #day: number

  constructor(clock: () => number, countReceived: CountReceived) {
    this.#clock = clock
    this.#countReceived = countReceived
    this.#startedAt = clock()
    this.#day = dayOf(this.#startedAt)
  }

  /** Whether one more would be too many. */
  isFull({ id, settings }: LedgerProject): boolean {
    return settings.dailyQuota !== null && this.#keptToday(id) >= settings.dailyQuota
  }

  /** Counts one more, unless it would be too many. */
  take(project: LedgerProject): boolean {
    if (this.isFull(project)) return false
    if (project.settings.dailyQuota !== null) this.#kept.set(project.id, this.#keptToday(project.id) + 1)
    return true
  }

  /** One that was taken could not be kept. */
  giveBack({ id, settings }: LedgerProject): void {
    if (settings.dailyQuota !== null) this.#kept.set(id, Math.max(0, this.#keptToday(id) - 1))
  }

  secondsToNextDay(): number {
    return Math.ceil(((this.#day + 1) * dayMs - this.#clock()) / 1000)
  }

  #keptToday(projectId: number): number {
    const day = dayOf(this.#clock())
    if (day !== this.#day) {
      this.#day = day
      this.#kept.clear()
    }
    const kept = this.#kept.get(projectId)
    if (kept !== undefined) return kept
    this.#kept.set(projectId, 0)
    void this.#addEarlier(projectId, day)
    return 0
  }

  async #addEarlier(projectId: number, day: number): Promise<void> {
    if (dayOf(this.#startedAt) !== day) return
    // A database that is away has nothing to say, and the day begins at zero.
    const earlier = await this.#countReceived(projectId, day * dayMs, this.#startedAt).catch(() => 0)
    if (this.#day === day) this.#kept.set(projectId, (this.#kept.get(projectId) ?? 0) + earlier)
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs)
}
