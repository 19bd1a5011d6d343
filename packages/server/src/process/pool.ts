import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { processLimits } from './limits.ts'
import type { ModuleAsked, ReportTask, Task } from './messages.ts'
import { sandbox } from './sandbox.ts'
import { type ConvertOutcome, type Limits, type Outcome, type WorkerOutcome, WorkerProcess } from './worker-process.ts'

type FindSymbols = (modules: readonly ModuleAsked[]) => Promise<readonly (string | null)[]>

const answeredWrongly = {
  kind: 'died',
  code: 'processor_crash',
  message: 'The process answered another question than it was asked.',
} as const

export interface PoolOptions {
  readonly size: number
  /** Folders of blobs, symbols and `tmp`, which the children may read. */
  readonly readable: readonly string[]
  /** Made and removed by the pool; the children write here and nowhere else. */
  readonly workFolder: string
  readonly limits?: Partial<Limits>
}

/**
 * Children that read reports, one at a time each, kept between reports and replaced after many or after a death.
 * The caller runs no more than `size` tasks at once.
 */
export class ProcessPool {
  readonly workFolder: string
  readonly networkless: boolean
  readonly size: number
  readonly #limits: Limits
  readonly #start: () => WorkerProcess
  readonly #idle: WorkerProcess[] = []
  readonly #busy = new Set<WorkerProcess>()
  #closed = false

  constructor(options: PoolOptions) {
    mkdirSync(options.workFolder, { recursive: true, mode: 0o700 })
    this.workFolder = realpathSync(options.workFolder)
    this.size = options.size
    this.#limits = { ...processLimits, ...options.limits }
    const readable = options.readable.flatMap((path) => [path, realpathSync(path)])
    const box = sandbox({ readable: [...new Set(readable)], writable: this.workFolder, maxHeapMiB: this.#limits.maxHeapMiB })
    this.networkless = box.networkless
    this.#start = () => new WorkerProcess(box, this.#limits)
    // The first report need not wait for a process to start.
    this.#idle.push(this.#start())
  }

  /** Of the children that read a report now. */
  get pids(): number[] {
    return [...this.#busy].flatMap(({ pid }) => pid ?? [])
  }

  /** A path in the work folder for the result of a task. */
  resultPath(name: string): string {
    mkdirSync(this.workFolder, { recursive: true, mode: 0o700 })
    return join(this.workFolder, name)
  }

  /** Never rejects; a death costs this task only. */
  async run(task: ReportTask, findSymbols: FindSymbols): Promise<Outcome> {
    const outcome = await this.#run(task, findSymbols)
    return outcome.kind === 'converted' ? answeredWrongly : outcome
  }

  /** The same for files of symbols. */
  async convert(task: Exclude<Task, ReportTask>): Promise<ConvertOutcome> {
    const outcome = await this.#run(task, async () => [])
    return outcome.kind === 'done' ? answeredWrongly : outcome
  }

  async #run(task: Task, findSymbols: FindSymbols): Promise<WorkerOutcome> {
    if (this.#closed) return { kind: 'died', code: 'processor_stopped', message: 'The server is being stopped.' }
    const worker = this.#takeIdle() ?? this.#start()
    this.#busy.add(worker)
    const outcome = await worker.run(task, findSymbols)
    await this.#putBack(worker, outcome)
    this.#busy.delete(worker)
    return outcome
  }

  #takeIdle(): WorkerProcess | undefined {
    for (;;) {
      const worker = this.#idle.pop()
      if (worker === undefined || worker.alive) return worker
    }
  }

  async #putBack(worker: WorkerProcess, outcome: WorkerOutcome): Promise<void> {
    const worn =
      outcome.kind === 'died' ||
      worker.jobs >= this.#limits.maxJobsPerChild ||
      (await worker.residentBytes()) > this.#limits.maxIdleResidentBytes
    if (worker.alive && !worn && !this.#closed) this.#idle.push(worker)
    else if (worker.alive) await worker.stop()
  }

  /** Kills what runs: its tasks end as `processor_stopped`, and their leases are given back by the caller. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#idle, ...this.#busy].map((worker) => worker.stop()))
    rmSync(this.workFolder, { recursive: true, force: true })
  }
}
