import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CommandError } from '../errors.ts'
import type { DumpedToFile, DumpTask } from './dump-to-file.ts'
import type { DumpAnswer } from './dump-worker.ts'
import { maxDumpers } from './limits.ts'

interface Waiting {
  readonly task: DumpTask
  readonly done: (result: DumpedToFile) => void
  readonly failed: (error: Error) => void
}

/** Threads that dump debug files, one each at a time. A thread that a file kills is replaced. */
export class DumpPool {
  readonly #most: number
  readonly #idle: Worker[] = []
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(jobs: number = availableParallelism()) {
    this.#most = Math.max(1, Math.min(jobs, maxDumpers))
  }

  dump(task: DumpTask): Promise<DumpedToFile> {
    return new Promise((done, failed) => {
      this.#waiting.push({ task, done, failed })
      this.#next()
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.map((worker) => worker.terminate()))
  }

  #next(): void {
    if (this.#running >= this.#most) return
    const job = this.#waiting.shift()
    if (job === undefined) return
    this.#running++
    const worker = this.#idle.pop() ?? new Worker(workerFile())
    const end = (alive: boolean): void => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      this.#running--
      if (alive) this.#idle.push(worker)
      this.#next()
    }
    const onMessage = (answer: DumpAnswer): void => {
      end(true)
      if ('result' in answer) job.done(answer.result)
      else job.failed(new CommandError(answer.failed))
    }
    const onError = (error: Error): void => {
      end(false)
      job.failed(new CommandError(`it could not be dumped: ${error.message}`, { cause: error }))
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.postMessage(job.task)
  }
}

/** Beside this file, also where a bundler has put this one a folder higher. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url)
  const name = `dump-worker${extname(here)}`
  const beside = join(dirname(here), name)
  return existsSync(beside) ? beside : join(dirname(here), 'symbols', name)
}
