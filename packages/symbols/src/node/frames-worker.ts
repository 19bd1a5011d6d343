import { workerData } from 'node:worker_threads'
import { runFramesJob } from '../dump/frames/frames-job.ts'
import { SymbolWriter } from '../dump/output/symbol-writer.ts'
import type { DumpProblem } from '../dump/problem.ts'
import { fileSource } from './file-source.ts'
import { type FramesAnswer, type FramesTask, stallMs } from './frames-task.ts'

/** A message costs as much as some ten thousand bytes. */
const pieceBytes = 1024 * 1024

/** Writes the text of one section and ends. */
function run(task: FramesTask): void {
  let problems: readonly DumpProblem[] | undefined
  try {
    problems = write(task)
  } finally {
    send(task, { problems })
  }
}

function write(task: FramesTask): readonly DumpProblem[] | undefined {
  const source = fileSource(task.path)
  try {
    if (source.modifiedNs !== task.modifiedNs) return undefined
    const pieces = new Pieces(task)
    const problems = runFramesJob(source, task.job, new SymbolWriter((chunk) => pieces.add(chunk), undefined, true))
    pieces.end()
    return problems
  } finally {
    source.close()
  }
}

/** Joins chunks to pieces and sends these. */
class Pieces {
  readonly #task: FramesTask
  #bytes = new Uint8Array(pieceBytes)
  #length = 0

  constructor(task: FramesTask) {
    this.#task = task
  }

  add(chunk: Uint8Array): void {
    if (this.#length + chunk.length > pieceBytes) this.#send()
    this.#bytes.set(chunk, this.#length)
    this.#length += chunk.length
  }

  end(): void {
    if (this.#length > 0) this.#send()
  }

  #send(): void {
    send(this.#task, this.#bytes.subarray(0, this.#length), [this.#bytes.buffer])
    this.#bytes = new Uint8Array(pieceBytes)
    this.#length = 0
  }
}

/** Waits while too much was not taken yet; who does not take for so long has given up. */
function send({ port, counts, maxAhead }: FramesTask, answer: FramesAnswer, transfer: ArrayBuffer[] = []): void {
  for (let taken = Atomics.load(counts, 1); Atomics.load(counts, 0) - taken >= maxAhead; taken = Atomics.load(counts, 1))
    if (Atomics.wait(counts, 1, taken, stallMs) === 'timed-out') process.exit()
  port.postMessage(answer, transfer)
  Atomics.add(counts, 0, 1)
  Atomics.notify(counts, 0)
}

run(workerData)
