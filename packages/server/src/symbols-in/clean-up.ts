import type { Store } from '../store/store.ts'
import { projectSymbolScope, sharedScope } from '../store/symbols/symbol-scope.ts'

const dayMs = 24 * 3600_000
/** Days are what people set, so hours are soon enough. */
const everyMs = 6 * 3600_000
/** A server that has just started has other things to do. */
const firstAfterMs = 60_000

export interface CleanUpLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

export interface CleanUpOptions {
  readonly store: Store
  readonly log: CleanUpLog
  readonly clock: () => number
  /** Of symbols that every project uses. */
  readonly sharedUnusedDays?: number | null
}

/** Removes, now and then, what no report of a project has needed for as long as the project says. */
export class SymbolCleanUp {
  readonly #options: CleanUpOptions
  #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: CleanUpOptions) {
    this.#options = options
    this.#timer = setTimeout(() => this.#turn(), firstAfterMs).unref()
  }

  /** Once through all projects. A failure is logged: the next turn comes. */
  async run(): Promise<void> {
    const { store, log, clock, sharedUnusedDays = null } = this.#options
    try {
      const scopes = (await store.ledger.projects()).map(({ id, slug, settings }) => ({
        scope: projectSymbolScope(id),
        project: slug,
        days: settings.symbolsUnusedDays,
      }))
      for (const { scope, project, days } of [...scopes, { scope: sharedScope, project: '', days: sharedUnusedDays }]) {
        if (days === null || this.#closed) continue
        const removed = await store.symbols.removeUnused(scope, clock() - days * dayMs)
        if (removed.files > 0) log.info({ project, ...removed }, 'symbols that no report needed were removed')
      }
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'unused symbols could not be removed')
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #turn(): void {
    this.#running = this.run()
    this.#timer = setTimeout(() => this.#turn(), everyMs).unref()
  }
}
