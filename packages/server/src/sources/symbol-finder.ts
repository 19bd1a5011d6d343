/**
 * Asks the sources of projects for the symbols that their reports lack. A report never waits: it is processed with what there is, the module is
 * written down as wanted, and when its file came all reports that lack it are processed again. What is wanted survives a restart; one question
 * serves all reports, and all projects that name the same source.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { requeue } from '../process/requeue.ts'
import type { Store } from '../store/store.ts'
import { type AnswerOutcome, moduleKey, type Want, type WantedModule } from '../store/symbol-fetches.ts'
import { hasSpace } from '../symbols-in/has-space.ts'
import { symbolLimits } from '../symbols-in/limits.ts'
import { type Asked, type AskTools, askSource } from './ask-source.ts'
import type { FetchedConverter } from './convert-fetched.ts'
import { FailingServers } from './failing-servers.ts'
import { sourceLimits } from './limits.ts'
import { placesAt, type SymbolSource, sourcesOf } from './symbol-source.ts'

export interface FinderOptions {
  readonly store: Store
  readonly tmpFolder: string
  /** Closed with the finder. */
  readonly converter: FetchedConverter
  /** There are reports to process again. */
  readonly found: () => void
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
  readonly download?: AskTools['download']
  readonly clock?: () => number
  readonly maxCacheBytes?: number
}

/** How often is looked for what another process, or an earlier life of this one, wants. */
const pollMs = 5_000
/** What a killed program had leased is free after this time: soon, for reports wait for it. */
const leaseMs = 15_000
const renewEveryMs = leaseMs / 3
/** Reports are processed again when nothing else of their project is being asked for, or after this long with what has come. */
const maxHoldMs = 10_000
const cleanUpEveryMs = 60 * 60_000
/** The cache is looked at after so much came, as a part of what it may hold: else an hour could bring many times that. */
const cleanUpPart = 0.05

export class SymbolFinder {
  readonly #options: FinderOptions
  readonly #folder: string
  readonly #running = new Map<Want, Promise<void>>()
  /** Questions that are under way, by source and module. */
  readonly #asking = new Map<string, Promise<Asked | undefined>>()
  /** What came, by project, until the reports that lack it are told. */
  readonly #found = new Map<number, { readonly since: number; readonly wants: Want[] }>()
  readonly #failing: FailingServers
  readonly #ending = new AbortController()
  readonly #clock: () => number
  readonly #timers: NodeJS.Timeout[]
  readonly #maxCacheBytes: number
  /** Since the cache was looked at. */
  #cameBytes = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(options: FinderOptions) {
    this.#options = options
    this.#clock = options.clock ?? Date.now
    this.#maxCacheBytes = options.maxCacheBytes ?? sourceLimits.maxCacheBytes
    this.#failing = new FailingServers(this.#clock)
    this.#folder = join(options.tmpFolder, `sources-${process.pid}-${Date.now().toString(36)}`)
    this.#timers = [
      setInterval(() => this.wake(), pollMs),
      setInterval(() => void this.#quietly(() => this.#renew()), renewEveryMs),
      setInterval(() => void this.#quietly(() => this.cleanUp()), cleanUpEveryMs),
    ]
    for (const timer of this.#timers) timer.unref()
    this.wake()
  }

  /**
   * The modules of a report for which there was no file. Resolves when they are written down; asks nobody whose answer still holds. A file that
   * came while the report was read is wanted, too: whoever told the others did not know of this one.
   */
  async want(projectId: number, modules: readonly WantedModule[]): Promise<void> {
    if (modules.length === 0) return
    const sources = await this.#sources(projectId)
    if (sources.length === 0) return
    const answers = await this.#options.store.fetches.answers(modules)
    const held = new Set(
      answers.filter(({ alive, outcome }) => alive && outcome !== 'found').map((answer) => `${answer.source} ${moduleKey(answer)}`),
    )
    const unasked = modules.filter((module) =>
      sources.some((source) => !held.has(`${source.key} ${moduleKey(module)}`) && placesAt(source, module).length > 0),
    )
    if (unasked.length === 0) return
    await this.#options.store.fetches.want(projectId, unasked)
    this.wake()
  }

  /** There may be something to ask for now. */
  wake(): void {
    this.#turn = this.#turn.then(() => this.#quietly(() => this.#take()))
  }

  /** Resolves when nothing that is due is left; for tests. */
  async drained(): Promise<void> {
    for (;;) {
      await this.#turn
      if (this.#running.size === 0 && this.#found.size === 0) return
      await Promise.all(this.#running.values())
      this.wake()
    }
  }

  async cleanUp(): Promise<void> {
    this.#cameBytes = 0
    const { fetches } = this.#options.store
    const { maxAnswers, sparedMs } = sourceLimits
    // Where the disk is nearly full the cache gives way, for reports go before.
    const full = (await this.#fullDisk()) !== undefined
    const maxBytes = full ? Math.max(0, (await fetches.usage()).bytes - symbolLimits.reserveBytes) : this.#maxCacheBytes
    const removed = await fetches.cleanUp(maxBytes, maxAnswers, sparedMs)
    if (removed > 0) this.#options.log.info({ removed }, 'fetched symbols were given back to the disk')
  }

  /** Breaks off what is under way; it is asked for again after the next start. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#ending.abort()
    await this.#options.converter.close()
    await this.#turn
    await Promise.all(this.#running.values())
    await this.#turn
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #take(): Promise<void> {
    if (this.#ending.signal.aborted) return
    await this.#tell()
    const free = sourceLimits.maxAtOnce - this.#running.size
    if (free <= 0) return
    const perProject = new Map<number, number>()
    for (const { projectId } of this.#running.keys()) perProject.set(projectId, (perProject.get(projectId) ?? 0) + 1)
    const full = [...perProject].flatMap(([projectId, count]) => (count >= sourceLimits.maxAtOncePerProject ? [projectId] : []))
    // One at a time, so that no project takes more than its part.
    const [want] = await this.#options.store.fetches.lease(1, leaseMs, full)
    if (want === undefined) return
    const running = this.#quietly(() => this.#run(want)).finally(() => {
      this.#running.delete(want)
      this.wake()
    })
    this.#running.set(want, running)
    this.wake()
  }

  async #run(want: Want): Promise<void> {
    const { store } = this.#options
    const sources = await this.#sources(want.projectId)
    const uploaded = await store.symbols.describe(want.projectId, [want])
    if (sources.length === 0 || uploaded.size > 0) return await store.fetches.done(want)
    const known = new Map(
      (await store.fetches.answers([want])).filter(({ alive }) => alive).map((answer) => [answer.source, answer.outcome]),
    )
    const outcomes: AnswerOutcome[] = []
    for (const source of sources) {
      const outcome = known.get(source.key) ?? (await this.#askOnce(source, want))?.outcome
      if (this.#ending.signal.aborted) return await store.fetches.later(want, 0)
      if (outcome !== undefined) outcomes.push(outcome)
      if (outcome === 'found') break
    }
    if (outcomes.includes('found')) {
      const held = this.#found.get(want.projectId) ?? { since: this.#clock(), wants: [] }
      held.wants.push(want)
      this.#found.set(want.projectId, held)
    } else if (outcomes.includes('failed') && want.attempt < sourceLimits.maxAttempts) {
      await store.fetches.later(want, sourceLimits.firstRetryMs * 3 ** (want.attempt - 1))
    } else {
      await store.fetches.done(want)
    }
  }

  /** The answer is written down before it is given. */
  #askOnce(source: SymbolSource, want: Want): Promise<Asked | undefined> {
    const key = `${source.key} ${moduleKey(want)}`
    const running = this.#asking.get(key)
    if (running !== undefined) return running
    const asking = this.#ask(source, want).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  async #ask(source: SymbolSource, want: Want): Promise<Asked | undefined> {
    const { store, converter, download } = this.#options
    if (placesAt(source, want).length === 0) return undefined
    const resting = this.#failing.sentence(source.key) ?? (await this.#fullDisk())
    const tools: AskTools = {
      tmpFolder: this.#folder,
      signal: this.#ending.signal,
      convert: (files, outputPath) => converter.convert(files, outputPath),
      unpack: (from, to, maxBytes) => converter.unpack(from, to, maxBytes),
      ...(download === undefined ? {} : { download }),
    }
    const asked: Asked | undefined =
      resting === undefined
        ? await this.#fitting(await askSource(source, want, tools))
        : { outcome: 'failed', detail: resting, place: source.url.href }
    // What was broken off because the server stops says nothing about the source.
    if (asked === undefined || (this.#ending.signal.aborted && asked.outcome !== 'found')) return asked
    if (resting === undefined) this.#failing.count(source.key, asked.outcome === 'failed')
    const { debugFile, debugId } = want
    await store.fetches.setAnswer({ source: source.key, debugFile, debugId, ...asked, lifeMs: lifeOf(asked.outcome) })
    if (asked.file === undefined) return asked
    await rm(asked.file.path, { force: true })
    this.#cameBytes += asked.file.size
    if (this.#cameBytes > this.#maxCacheBytes * cleanUpPart) await this.cleanUp()
    return asked
  }

  /** A file that the cache cannot hold would be asked for again and again. */
  async #fitting(asked: Asked | undefined): Promise<Asked | undefined> {
    if (asked?.file === undefined || asked.file.size <= this.#maxCacheBytes) return asked
    await rm(asked.file.path, { force: true })
    const detail = `Its symbols have ${asked.file.size} bytes, and the cache may hold ${this.#maxCacheBytes}.`
    return { outcome: 'too_large', detail, place: asked.place }
  }

  async #fullDisk(): Promise<string | undefined> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if (await hasSpace(this.#folder)) return undefined
    return 'not asked: the disk is nearly full, and reports go before'
  }

  /** Has the reports processed again, and only then forgets that the modules were wanted: a stop in between costs one look more. */
  async #tell(): Promise<void> {
    const { store, found } = this.#options
    for (const [projectId, { since, wants }] of this.#found) {
      const busy = [...this.#running.keys()].some((want) => want.projectId === projectId)
      if (busy && this.#clock() - since < maxHoldMs) continue
      this.#found.delete(projectId)
      const lacking = new Set<string>()
      for (const want of wants) for (const id of await store.index.reportsLacking(want, projectId)) lacking.add(id)
      await requeue(store, [...lacking])
      for (const want of wants) await store.fetches.done(want)
      if (lacking.size > 0) found()
    }
  }

  async #sources(projectId: number): Promise<SymbolSource[]> {
    const project = await this.#options.store.ledger.projectById(projectId)
    return project === undefined ? [] : sourcesOf(project.settings.symbolSources)
  }

  async #renew(): Promise<void> {
    const held = [...this.#found.values()].flatMap(({ wants }) => wants)
    await this.#options.store.fetches.renew([...this.#running.keys(), ...held], leaseMs)
  }

  /** A database that is away is asked again at the next look; leases run out by themselves. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'symbols from elsewhere')
    }
  }
}

function lifeOf(outcome: AnswerOutcome): number | undefined {
  if (outcome === 'found') return undefined
  return outcome === 'failed' || outcome === 'refused_address' ? sourceLimits.failureLifeMs : sourceLimits.missLifeMs
}
