import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FramesApart } from '../dump/frames/frames-job.ts'
import type { DumpOptions } from '../dump/input.ts'
import { SymbolError } from '../errors.ts'
import type { FileSource } from './file-source.ts'
import { type FramesAnswer, type FramesTask, stallMs } from './frames-task.ts'

/** A smaller section is written in the time and the memory that a thread takes to start. */
const minBytes = 1024 * 1024
/** Pieces of text, of a megabyte each, that wait to be taken: a browser's have 200 MB. */
const maxAhead = 32

export interface FramesThread {
  readonly begin: NonNullable<DumpOptions['framesApart']>
  /** Ends a thread whose work nobody took. */
  close(): void
}

/** A thread for the STACK records of one file, which is started only where it is worth it. */
export function framesThread(source: FileSource, limits: { readonly minBytes?: number; readonly maxAhead?: number } = {}): FramesThread {
  let worker: Worker | undefined
  return {
    begin: (job) => {
      const program = workerFile()
      if (job.size < (limits.minBytes ?? minBytes) || availableParallelism() < 2 || !existsSync(program)) return undefined
      const { port1, port2 } = new MessageChannel()
      const counts = new Int32Array(new SharedArrayBuffer(8))
      const { path, modifiedNs } = source
      const task: FramesTask = { path, modifiedNs, job, port: port2, counts, maxAhead: limits.maxAhead ?? maxAhead }
      worker = new Worker(program, { workerData: task, transferList: [port2] })
      worker.unref()
      // What ends it shows when its work is taken.
      worker.on('error', () => undefined)
      return (write) => takeAll(port1, counts, write)
    },
    close: () => {
      worker?.terminate()
    },
  }
}

/** Blocks: everything else of a dump is synchronous, too. */
function takeAll(port: MessagePort, counts: Int32Array<SharedArrayBuffer>, write: (piece: Uint8Array) => void): ReturnType<FramesApart> {
  for (;;) {
    const sent = Atomics.load(counts, 0)
    const answer: { message: FramesAnswer } | undefined = receiveMessageOnPort(port)
    if (answer === undefined) {
      if (Atomics.wait(counts, 0, sent, stallMs) === 'timed-out')
        throw new SymbolError('unreadable', 'The thread that reads rules for unwinding has ended.')
    } else if (answer.message instanceof Uint8Array) {
      write(answer.message)
      Atomics.add(counts, 1, 1)
      Atomics.notify(counts, 1)
    } else {
      port.close()
      if (answer.message.problems === undefined) throw new SymbolError('unreadable', 'The file could not be read on, or was replaced.')
      return answer.message.problems
    }
  }
}

/** Beside this file, also where a bundler has put both. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), `frames-worker${extname(here)}`)
}
