import { type ChildProcess as NodeChild, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { checkMessage } from './check-message.ts'
import type { processLimits } from './limits.ts'
import type { ConvertedModule, ModuleAsked, Summary, Task } from './messages.ts'
import type { DeathCode } from './problem-codes.ts'
import type { Sandbox } from './sandbox.ts'

export type Limits = { readonly [name in keyof typeof processLimits]: number }

export type Outcome = Exclude<WorkerOutcome, { kind: 'converted' }>
export type ConvertOutcome = Exclude<WorkerOutcome, { kind: 'done' }>

export type WorkerOutcome =
  | { readonly kind: 'done'; readonly summary: Summary }
  | { readonly kind: 'converted'; readonly modules: readonly ConvertedModule[] }
  | { readonly kind: 'unreadable'; readonly code: string; readonly message: string }
  /** The child died or went wrong: another attempt may do better. */
  | { readonly kind: 'died'; readonly code: DeathCode; readonly message: string }

/** Uploads go before processing. */
const niceness = 10

/**
 * One child and its watchdog. Runs one task at a time; after a death `alive` is false and the object is of no further use.
 */
export class WorkerProcess {
  readonly #child: NodeChild
  readonly #limits: Limits
  #settle: ((outcome: WorkerOutcome) => void) | undefined
  #findSymbols: ((modules: readonly ModuleAsked[]) => Promise<readonly (string | null)[]>) | undefined
  #watch: NodeJS.Timeout | undefined
  #cause: { code: DeathCode; message: string } | undefined
  #lastWords = ''
  readonly #ready: Promise<void>
  readonly exited: Promise<void>
  /** A report, or a file of symbols: for the sentences about it. */
  #what = 'report'
  alive = true
  jobs = 0

  constructor(sandbox: Sandbox, limits: Limits) {
    this.#limits = limits
    this.#child = spawn(sandbox.command, sandbox.arguments, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: {}, cwd: '/' })
    const ready = Promise.withResolvers<void>()
    this.#ready = ready.promise
    const exited = Promise.withResolvers<void>()
    this.exited = exited.promise
    const ended = (how: string) => {
      if (!this.alive) return
      this.alive = false
      ready.resolve()
      this.#finish({ kind: 'died', ...(this.#cause ?? this.#causeOf(how)) })
      exited.resolve()
    }
    this.#child.on('error', (error) => ended(error.message))
    this.#child.on('exit', (code, signal) => ended(signal === null ? `exit status ${code}` : signal))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-limits.maxLastWords)
    })
    this.#child.on('message', (value) => {
      const message = checkMessage(value)
      if (message?.type === 'ready') ready.resolve()
      else void this.#hear(message)
    })
    this.#prepare()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Never rejects. `findSymbols` answers a path, or null, for each module. */
  async run(task: Task, findSymbols: (modules: readonly ModuleAsked[]) => Promise<readonly (string | null)[]>): Promise<WorkerOutcome> {
    if (!this.alive) return { kind: 'died', code: 'processor_crash', message: 'The process that reads reports could not be started.' }
    const outcome = new Promise<WorkerOutcome>((resolve) => {
      this.#settle = resolve
    })
    this.#findSymbols = findSymbols
    this.#what = 'fields' in task ? 'report' : 'file'
    this.jobs += 1
    const starting = setTimeout(
      () => this.#kill('processor_crash', 'The process that reads reports did not start in time.'),
      this.#limits.maxStartMs,
    )
    await this.#ready
    clearTimeout(starting)
    if (this.alive) {
      this.#startWatch()
      this.#child.send({ type: 'task', task }, () => undefined)
    }
    return outcome
  }

  /** Resident bytes now; 0 where the system does not tell (only Linux has /proc; elsewhere the time limit and V8's own limit hold). */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'latin1').catch(() => '')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  }

  async stop(): Promise<void> {
    this.#kill('processor_stopped', `The server was stopped while it read this ${this.#what}.`)
    await this.exited
  }

  #prepare(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      setPriority(pid, niceness)
    } catch {
      // It is gone already; 'exit' or 'error' tells.
    }
    // When the machine runs out of memory, the kernel shall take a child and not the server.
    writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => undefined)
  }

  #startWatch(): void {
    const { maxJobMs, maxResidentBytes, watchIntervalMs } = this.#limits
    const deadline = performance.now() + maxJobMs
    const look = async () => {
      if (performance.now() > deadline) {
        this.#kill('processor_time', `Reading this ${this.#what} took more than ${maxJobMs / 1000} seconds.`)
      } else if ((await this.residentBytes()) > maxResidentBytes) {
        this.#kill('processor_memory', memorySentence(this.#what, maxResidentBytes))
      } else if (this.#watch !== undefined) {
        this.#watch = setTimeout(look, watchIntervalMs)
      }
    }
    this.#watch = setTimeout(look, Math.min(watchIntervalMs, maxJobMs))
  }

  async #hear(message: ReturnType<typeof checkMessage>): Promise<void> {
    if (message === undefined) {
      this.#kill('processor_crash', 'The process that reads reports answered something unintelligible.')
    } else if (message.type === 'modules') {
      const paths = await this.#findSymbols?.(message.modules).catch(() => undefined)
      if (this.alive && this.#child.connected) {
        this.#child.send({ type: 'symbols', paths: paths ?? message.modules.map(() => null) }, () => undefined)
      }
    } else if (message.type === 'done') {
      this.#finish({ kind: 'done', summary: message.summary })
    } else if (message.type === 'converted') {
      this.#finish({ kind: 'converted', modules: message.modules })
    } else if (message.type === 'unreadable') {
      this.#finish({ kind: 'unreadable', code: message.code, message: message.message })
    } else if (message.type === 'error') {
      this.#finish({ kind: 'died', code: 'processor_crash', message: `Reading this ${this.#what} failed: ${message.message}` })
    }
  }

  #finish(outcome: WorkerOutcome): void {
    clearTimeout(this.#watch)
    this.#watch = undefined
    this.#findSymbols = undefined
    this.#settle?.(outcome)
    this.#settle = undefined
  }

  #kill(code: DeathCode, message: string): void {
    if (!this.alive) return
    this.#cause ??= { code, message }
    this.#child.kill('SIGKILL')
  }

  #causeOf(how: string): { code: DeathCode; message: string } {
    // V8 says "FATAL ERROR: … JavaScript heap out of memory" and aborts.
    if (/out of memory|allocation failed/i.test(this.#lastWords)) {
      return { code: 'processor_memory', message: memorySentence(this.#what, this.#limits.maxHeapMiB * 1024 * 1024) }
    }
    return { code: 'processor_crash', message: `The process that read this ${this.#what} ended unexpectedly (${how}).` }
  }
}

function memorySentence(what: string, bytes: number): string {
  return `Reading this ${what} took more than ${Math.round(bytes / 1024 / 1024)} MiB of memory.`
}
