/**
 * Node.js gives threads the `--import` of their process as it was written, and each looks the name up in the folder of that moment: after `process.chdir`
 * no thread of a program that was told `--import @crashkeep/reporter/register` would start. `process.execArgv` is not asked there; only what the
 * constructor of `Worker` is given counts. So from the first change of folder on it is given `process.execArgv`, where the file stands.
 */
import { syncBuiltinESMExports } from 'node:module'
import type { WorkerOptions } from 'node:worker_threads'
import { isMainThread } from './this-thread.ts'

type WorkerClass = typeof import('node:worker_threads').Worker

/** A program that never leaves its folder, and has no threads, pays nothing. */
export function keepThreadsStarting(): void {
  // The folder of a thread is that of its process, which may have changed or will.
  if (!isMainThread) {
    replaceWorker()
    return
  }
  const { chdir } = process
  let hasLeft = false
  process.chdir = function leave(folder: string): void {
    try {
      chdir.call(process, folder)
    } catch (error) {
      // The program sees the place where it called, not this one.
      if (error instanceof Error) Error.captureStackTrace(error, leave)
      throw error
    }
    if (hasLeft) return
    hasLeft = true
    // Node.js itself puts a function around this one when it loads its threads.
    if (process.chdir === leave) process.chdir = chdir
    replaceWorker()
  }
}

function replaceWorker(): void {
  const threads = process.getBuiltinModule('node:worker_threads')
  const Original = threads.Worker
  const allowed = allowedOptions(Original)
  const Replacement = class Worker extends Original {
    constructor(filename: string | URL, options?: WorkerOptions) {
      super(filename, options?.execArgv === undefined ? { ...options, execArgv: allowed } : options)
    }
  }
  Object.assign(threads, { Worker: Replacement })
  syncBuiltinESMExports()
}

/** Those of this process that a thread may be given: the others are the whole process's, and Node.js refuses them with a sentence that lists them. */
function allowedOptions(Worker: WorkerClass): string[] {
  try {
    // One that no Node.js knows: no thread starts.
    new Worker('', { eval: true, execArgv: [...process.execArgv, '--crashkeep-asks'] })
    return []
  } catch (error) {
    const [, listed = ''] = /flags: (.*)$/s.exec(error instanceof Error ? error.message : '') ?? []
    const refused = new Set(listed.split(', '))
    return process.execArgv.filter((option) => !refused.has(option))
  }
}
