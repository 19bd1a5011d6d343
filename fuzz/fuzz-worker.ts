import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import type { Target } from './target.ts'
import { targets } from './targets/index.ts'

/** What the main thread sees while the worker runs: how many inputs were begun, how long the one in work is, and it itself. */
export interface Shared {
  readonly progress: SharedArrayBuffer
  readonly input: SharedArrayBuffer
}

export interface Task extends Shared {
  readonly target: string
  readonly seed: number
  readonly mutants: number
  readonly seconds: number
  /** Whether inputs that reach something new are changed further. Costs time and memory. */
  readonly isGuided: boolean
}

export type Message =
  | { readonly kind: 'find'; readonly message: string; readonly input: Uint8Array }
  | { readonly kind: 'done'; readonly mutants: number; readonly corpus: number; readonly blocks: number; readonly slowestMs: number }

/** Asking V8 what was reached takes longer than many an input; it is done so rarely that it takes a tenth of the time. */
const looksShare = 9
const maxKeptAtOnce = 12
const nothing = new Uint8Array(0)
const maxFinds = 20
const maxKept = 600
const maxKeptBytes = 500_000

const task: Task = workerData
const target = targets.find(({ name }) => name === task.target)
if (target !== undefined) fuzz(target)

function fuzz(target: Target): void {
  const random = new Random(task.seed)
  const coverage = task.isGuided ? new Coverage() : undefined
  const corpus = target.seeds()
  const first = corpus.length
  const until = performance.now() + task.seconds * 1000
  let mutants = 0
  let finds = 0
  let slowestMs = 0

  const attempt = (input: Uint8Array): void => {
    begin(input)
    const start = performance.now()
    const message = problemWith(target, input)
    slowestMs = Math.max(slowestMs, (performance.now() - start) / 2)
    if (message === undefined || finds >= maxFinds) return
    finds++
    say({ kind: 'find', message, input })
  }

  for (const input of corpus) attempt(input)
  let recent: Uint8Array[] = []
  let nextLook = 0
  while (mutants < task.mutants && performance.now() < until) {
    // New ones are more worth than the ones that everything began with.
    const isFresh = corpus.length > first && random.below(2) === 0
    const chosen = corpus[isFresh ? first + random.below(corpus.length - first) : random.below(corpus.length)]
    const input = mutate(chosen ?? nothing, corpus[random.below(corpus.length)] ?? nothing, random, target.kind)
    attempt(input)
    mutants++
    if (coverage === undefined) continue
    recent.push(input)
    const now = performance.now()
    if (now < nextLook) continue
    const isNew = coverage.take()
    nextLook = now + (performance.now() - now) * looksShare
    // Which of them it was is not known; a few are kept, and the oldest go when there are too many.
    if (isNew) corpus.push(...recent.filter((one) => one.length < maxKeptBytes).slice(-maxKeptAtOnce))
    if (corpus.length > first + maxKept) corpus.splice(first, corpus.length - first - maxKept)
    recent = []
  }
  const blocks = coverage?.blocks ?? 0
  coverage?.close()
  say({ kind: 'done', mutants, corpus: corpus.length, blocks, slowestMs })
}

/** Runs the input twice. What it throws or says differently is the find. */
function problemWith(target: Target, input: Uint8Array): string | undefined {
  try {
    const first = hash(target.run(input))
    const second = hash(target.run(input))
    return first === second ? undefined : 'The second answer differs from the first.'
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

function begin(input: Uint8Array): void {
  const progress = new Int32Array(task.progress)
  new Uint8Array(task.input).set(input.subarray(0, task.input.byteLength))
  Atomics.store(progress, 1, Math.min(input.length, task.input.byteLength))
  Atomics.add(progress, 0, 1)
}

function say(message: Message): void {
  parentPort?.postMessage(message)
}
