import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Problem } from '../api/schema.ts'
import type { WantedMap } from '../fetch/source-map-fetcher.ts'
import { fetchedFor } from '../sources/fetched-for.ts'
import type { Job } from '../store/database/jobs.ts'
import { scriptIdPrefix } from '../store/database/module-identity.ts'
import type { ReportRow } from '../store/database/report-index.ts'
import type { ReportFile } from '../store/report-file.ts'
import { readReportFile, reportPrefix } from '../store/report-file.ts'
import type { Store } from '../store/store.ts'
import { moduleKey } from '../store/symbol-fetches.ts'
import { factsOf } from './facts.ts'
import { summaryOfFields } from './fields-only.ts'
import { groupFor, reportsOf } from './grouping.ts'
import { mainFile, taskKind } from './main-file.ts'
import type { ModuleAsked, Summary } from './messages.ts'
import { otherDocuments } from './other-documents.ts'
import { ProcessPool } from './pool.ts'
import { requeue } from './requeue.ts'
import { askedScript } from './script-module.ts'
import { SymbolIndexes } from './symbol-indexes.ts'
import type { Limits, Outcome } from './worker-process.ts'

export interface ProcessorOptions {
  readonly store: Store
  /** Folders that hold blobs, symbols and `tmp`: what children may read. */
  readonly readable: readonly string[]
  /** On the same file system as the blobs, so that results are renamed and not copied. */
  readonly tmpFolder: string
  /** Reports at once; by default one less than there are cores, so that uploads keep one. */
  readonly concurrency?: number
  readonly limits?: Partial<Limits>
  readonly pollMs?: number
  readonly log: ProcessorLog
  /** Told which scripts lack their source map. */
  readonly onMissingMap?: (wanted: WantedMap) => void
  /** Told which modules that stacks went through lack symbols; the report is done when this is. */
  readonly onMissingSymbols?: (projectId: number, modules: readonly ModuleAsked[]) => Promise<void>
  /** Told after each attempt, for metrics. */
  readonly onOutcome?: (outcome: ProcessorOutcome, seconds: number) => void
}

export type ProcessorOutcome = 'processed' | 'failed' | 'retried'

export interface ProcessorLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** How often the queue is looked at when nobody called `wake()`: another process may have put a job there. */
const defaultPollMs = 500
/** Held for as long as the work goes on by renewing; short, so that reports of a server that was killed are not waited for. */
const leaseMs = 15_000
const renewEveryMs = leaseMs / 3
/** New reports go first, but each third turn belongs to those that are processed again, so that a steady stream of new ones does not starve them. */
const againEvery = 3

/** Takes jobs from the queue as long as children are free. One failed report never stops it, nor does an absent database. */
export class Processor {
  readonly #options: ProcessorOptions
  readonly #store: Store
  readonly #pool: ProcessPool
  readonly #indexes: SymbolIndexes
  readonly #running = new Map<Job, Promise<void>>()
  readonly #renewal: NodeJS.Timeout
  readonly #loop: Promise<void>
  #closed = false
  #wake: () => void = () => undefined
  #leases = 0

  constructor(options: ProcessorOptions) {
    this.#options = options
    this.#store = options.store
    this.#pool = new ProcessPool({
      size: options.concurrency ?? Math.max(1, availableParallelism() - 1),
      readable: options.readable,
      workFolder: join(options.tmpFolder, `process-${process.pid}-${Date.now().toString(36)}`),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    })
    this.#indexes = new SymbolIndexes(this.#pool)
    this.#renewal = setInterval(() => void this.#renew(), renewEveryMs)
    this.#loop = this.#run()
  }

  /** Whether the children have no network at all, see sandbox.ts. */
  get networkless(): boolean {
    return this.#pool.networkless
  }

  /** There may be a job now. */
  wake(): void {
    this.#wake()
  }

  /** Takes no more jobs and ends the children; interrupted reports are read again after the next start. */
  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    await this.#pool.close()
    await this.#indexes.close()
    await this.#loop
    await Promise.all(this.#running.values())
    clearInterval(this.#renewal)
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const woken = this.#wakeOrPoll()
      const jobs = await this.#lease()
      for (const job of jobs) {
        const running = this.#runJob(job).finally(() => {
          this.#running.delete(job)
          this.#wake()
        })
        this.#running.set(job, running)
      }
      if (jobs.length === 0) await woken
    }
  }

  #wakeOrPoll(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.pollMs ?? defaultPollMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #lease(): Promise<Job[]> {
    // A job that still reads its report from the store has no child yet, but will want one.
    const free = this.#pool.size - this.#running.size
    if (free <= 0 || this.#closed) return []
    try {
      this.#leases += 1
      return await this.#store.jobs.lease(free, leaseMs, { againFirst: this.#leases % againEvery === 0 })
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'the queue cannot be read')
      return []
    }
  }

  async #renew(): Promise<void> {
    try {
      await this.#store.jobs.renew([...this.#running.keys()], leaseMs)
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'leases cannot be renewed')
    }
  }

  async #runJob(job: Job): Promise<void> {
    const started = performance.now()
    try {
      const outcome = await this.#process(job)
      if (outcome !== undefined) this.#options.onOutcome?.(outcome, (performance.now() - started) / 1000)
    } catch (error) {
      // The store failed, not the report: the job comes again.
      this.#options.log.error({ reportId: job.reportId, error: messageOf(error) }, 'a report could not be processed')
      await this.#store.jobs.retry(job, messageOf(error)).catch(() => undefined)
    }
  }

  async #process(job: Job): Promise<ProcessorOutcome | undefined> {
    const { index, jobs, ledger, blobs } = this.#store
    const { reportId } = job
    const row = (await index.find(reportId)).find(({ id }) => id === reportId)
    const report = row === undefined || (await ledger.isErased(reportId)) ? undefined : await readReportFile(blobs, reportId)
    if (row === undefined || report === undefined) {
      await jobs.done(job)
      return undefined
    }
    const told = summaryOfFields(report)
    if (told !== undefined) {
      await this.#keep(row, report, told, undefined)
      await jobs.done(job)
      return 'processed'
    }
    await index.setState(reportId, 'processing')
    const resultPath = this.#pool.resultPath(`${row.id}-${job.leaseId.replaceAll(/[^\w-]/g, '')}.json`)
    try {
      const given = new Map<string, string>()
      const outcome = await this.#analyse(row, report, resultPath, given)
      if (outcome.kind === 'done') {
        await this.#keep(row, report, outcome.summary, resultPath)
        await this.#wantSymbols(report, outcome.summary, given)
        this.#indexes.want(outcome.summary.modules.flatMap((module) => given.get(moduleKey(module)) ?? []))
        await jobs.done(job)
        return 'processed'
      }
      return await this.#fail(job, row, outcome)
    } finally {
      await rm(resultPath, { force: true })
    }
  }

  /** `given` gets the paths of the symbols that the child got. */
  async #analyse(row: ReportRow, report: ReportFile, outputPath: string, given: Map<string, string>): Promise<Outcome> {
    const main = mainFile(report.kind, report.files)
    if (main === undefined)
      return { kind: 'unreadable', code: 'no_dump', message: 'The report came without a file that says what happened.' }
    const file = await this.#store.blobs.localFile(`${reportPrefix(report.id)}${main}`)
    if (file === undefined) return { kind: 'unreadable', code: 'no_dump', message: 'The file of this report is not in the store any more.' }
    const kind = taskKind(report.kind, report.files[main])
    const documents = kind === 'browser' ? await otherDocuments(this.#store.blobs, row, report) : []
    try {
      return await this.#pool.run(
        {
          kind,
          inputPath: file.path,
          outputPath,
          fields: Object.entries(report.fields),
          now: Date.now(),
          receivedAt: report.receivedAt,
          documents: documents.map(({ path, receivedAt }) => ({ path, receivedAt })),
        },
        (modules) =>
          modules[0]?.debugId.startsWith(scriptIdPrefix) === true
            ? this.#findSourceMaps(report.projectId, modules)
            : this.#findSymbols(report.projectId, modules, given),
      )
    } finally {
      for (const { release } of [file, ...documents]) await release()
    }
  }

  async #findSourceMaps(projectId: number, modules: readonly ModuleAsked[]): Promise<(string | null)[]> {
    const paths: (string | null)[] = []
    for (const module of modules) {
      const script = askedScript(module)
      const path = await this.#store.sourceMaps.find(projectId, script)
      if (path === undefined && module.codeFile !== undefined)
        this.#options.onMissingMap?.({ projectId, url: module.codeFile, release: script.release })
      paths.push(path ?? null)
    }
    return paths
  }

  /** The own store first, then what sources gave. */
  async #findSymbols(projectId: number, modules: readonly ModuleAsked[], given: Map<string, string>): Promise<(string | null)[]> {
    const known = await this.#store.symbols.describe(projectId, modules)
    const nameOf = ({ debugFile, debugId }: ModuleAsked) => `${debugFile}/${debugId}`
    const fetched = await fetchedFor(
      this.#store,
      projectId,
      modules.filter((module) => !known.has(nameOf(module))),
    )
    const paths: (string | null)[] = []
    for (const module of modules) {
      const stored = known.has(nameOf(module)) ? await this.#store.symbols.find(projectId, module) : undefined
      const path = stored ?? fetched.get(moduleKey(module))?.path
      if (path !== undefined) given.set(moduleKey(module), path)
      paths.push(path ?? null)
    }
    return paths
  }

  /** A file that the child had and could not read is not looked for again. */
  async #wantSymbols(report: ReportFile, { modules }: Summary, given: ReadonlyMap<string, string>): Promise<void> {
    const lacking = modules.filter(
      (module) => !module.hadSymbols && !module.debugId.startsWith(scriptIdPrefix) && !given.has(moduleKey(module)),
    )
    if (lacking.length > 0) await this.#options.onMissingSymbols?.(report.projectId, lacking)
  }

  /** Without a result there is nothing more to say than the summary. */
  async #keep(row: ReportRow, report: ReportFile, summary: Summary, resultPath: string | undefined): Promise<void> {
    const { blobs, index, ledger } = this.#store
    const { projectId, id } = row
    if (resultPath !== undefined) await blobs.put(`${reportPrefix(id)}processed.json`, { path: resultPath })
    const to = { projectId, rulesVersion: summary.rulesVersion, signature: summary.signature }
    await ledger.oneAtATime(projectId, async () => {
      const current = (await index.find(id)).find((found) => found.id === id)
      // Erased meanwhile: the erasure removed rows and files, and what was written after it goes too.
      if (current === undefined || (await ledger.isErased(id))) return await blobs.removeAll(reportPrefix(id))
      const group = await groupFor(ledger, index, current, to)
      await index.setProcessed(id, {
        ...factsOf(report, summary),
        signature: summary.signature,
        groupId: group.id,
        ...(group.state === undefined ? {} : { groupState: group.state }),
        processedAt: Date.now(),
        problems: [...report.problems, ...summary.problems],
        modules: summary.modules,
      })
      if (group.tookFrom !== undefined) await requeue(this.#store, await reportsOf(index, projectId, group.tookFrom), { atOnce: true })
    })
  }

  /** The next attempt has its own chance; after the last one the report stays as it is, readable, with the reason. */
  async #fail(job: Job, row: ReportRow, outcome: Exclude<Outcome, { kind: 'done' }>): Promise<ProcessorOutcome> {
    const { index, jobs } = this.#store
    const problems: Problem[] = [{ code: outcome.code, message: outcome.message }]
    if (outcome.code === 'processor_stopped') {
      await index.setState(row.id, 'received')
      await jobs.giveBack(job)
      return 'retried'
    }
    const again = outcome.kind === 'died' && (await jobs.retry(job, outcome.code))
    if (outcome.kind === 'unreadable') await jobs.done(job)
    await index.setState(row.id, again ? 'received' : 'failed', problems)
    this.#options.log.warn({ reportId: row.id, code: outcome.code, attempt: job.attempt, again }, outcome.message)
    return again ? 'retried' : 'failed'
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
