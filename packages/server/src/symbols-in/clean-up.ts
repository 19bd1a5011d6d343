import type { Store } from '../store/store.ts'
import { projectSymbolScope } from '../store/symbols/symbol-list.ts'

const dayMs = 24 * 3600_000
/** Days are what people set, so hours are soon enough. */
const everyMs = 6 * 3600_000
/** A server that has just started has other things to do. */
const firstAfterMs = 60_000

export interface CleanUpLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** Removes, now and then, what no report of a project has needed for as long as the project says. */
export class SymbolCleanUp {
  readonly #options: { readonly store: Store; readonly log: CleanUpLog; readonly clock: () => number }
  #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: { readonly store: Store; readonly log: CleanUpLog; readonly clock: () => number }) {
    this.#options = options
    this.#timer = setTimeout(() => this.#turn(), firstAfterMs).unref()
  }

  /** Once through all projects. A failure is logged: the next turn comes. */
  async run(): Promise<void> {
    const { store, log, clock } = this.#options
    try {
      for (const { id, slug, settings } of await store.ledger.projects()) {
        if (settings.symbolsUnusedDays === null || this.#closed) continue
        const removed = await store.symbols.removeUnused(projectSymbolScope(id), clock() - settings.symbolsUnusedDays * dayMs)
        if (removed.files > 0) log.info({ project: slug, ...removed }, 'symbols that no report needed were removed')
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
