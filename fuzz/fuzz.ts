import { Worker } from 'node:worker_threads'
import type { Message, Task } from './fuzz-worker.ts'

export interface FuzzOptions {
  readonly target: string
  readonly seed: number
  readonly mutants: number
  readonly seconds: number
  /** Whether inputs that reach something new are changed further. Costs time and memory. */
  readonly isGuided: boolean
  /** What the objects of the readers may take; more is a find. */
  readonly maxHeapMb?: number
}

export interface Find {
  readonly target: string
  readonly message: string
  readonly input: Uint8Array
}

export interface FuzzResult {
  readonly mutants: number
  readonly corpus: number
  readonly blocks: number
  readonly slowestMs: number
  readonly finds: readonly Find[]
}

/** The longest that any input may take, twice because each is run twice, and a little for a machine that does other things as well. */
const maxInputMs = 2 * 5_000 + 2_000
/** Real dumps need a tenth of it. */
const defaultMaxHeapMb = 384
const maxInputBytes = 16 * 1024 * 1024
const lookEveryMs = 250

/** Damages the inputs of one target again and again in a thread of its own, and ends it when one input takes too long or too much. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const progress = new SharedArrayBuffer(8)
  const input = new SharedArrayBuffer(maxInputBytes)
  const own = import.meta.url
  const entry = new URL(`./fuzz-worker.${own.slice(own.lastIndexOf('.') + 1)}`, own)
  const workerData: Task = { ...options, progress, input }
  const worker = new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb ?? defaultMaxHeapMb } })
  const finds: Find[] = []
  const current = () => new Uint8Array(input).slice(0, Atomics.load(new Int32Array(progress), 1))
  const find = (message: string, bytes: Uint8Array) => finds.push({ target: options.target, message, input: bytes })
  const { promise, resolve } = Promise.withResolvers<FuzzResult>()
  let ended: FuzzResult = { mutants: 0, corpus: 0, blocks: 0, slowestMs: 0, finds }
  worker.on('message', (message: Message) => {
    if (message.kind === 'find') find(message.message, message.input)
    else ended = { ...message, finds }
  })
  worker.on('error', (error) => find(error.message, current()))
  worker.on('exit', () => resolve(ended))

  let begun = -1
  let since = performance.now()
  const watch = setInterval(() => {
    const now = Atomics.load(new Int32Array(progress), 0)
    if (now !== begun) {
      begun = now
      since = performance.now()
    } else if (begun > 0 && performance.now() - since > maxInputMs) {
      find('The input took too long.', current())
      void worker.terminate()
    }
  }, lookEveryMs)
  const result = await promise
  clearInterval(watch)
  return result
}
