/**
 * How many bodies are unpacked at once. A decoder holds memory of its own, which no budget sees: gzip's 44 KB and a piece of output of 64 KB, Brotli's
 * and zstd's windows of up to 16 MiB. Who comes when all are lent waits, and its sender with it.
 */
import { ServerError } from '../errors.ts'

/** No crash handler sends Brotli or zstd as a whole body; large dumps in gzip are rare. */
const maxSmall = 64
const maxLarge = 3
/** Less than the minute after which crash handlers give up. */
const patienceMs = 40_000
/** Beyond so many the wait would be hopeless. */
const maxWaiting = 256

export class DecoderTurns {
  readonly #count: number
  readonly #patienceMs: number
  readonly #waiting = new Set<() => void>()
  #lent = 0

  constructor(count: number, patience: number) {
    this.#count = count
    this.#patienceMs = patience
  }

  /** Resolves with what ends the turn, to be called once; throws `busy` where none comes in time. */
  async begin(): Promise<() => void> {
    if (this.#lent < this.#count) this.#lent += 1
    else await this.#turn()
    return () => {
      const [next] = this.#waiting
      if (next === undefined) this.#lent -= 1
      else next()
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.size >= maxWaiting) throw new ServerError('busy')
    return new Promise((resolve, reject) => {
      const called = () => {
        clearTimeout(timer)
        this.#waiting.delete(called)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(called)
        reject(new ServerError('busy'))
      }, this.#patienceMs)
      this.#waiting.add(called)
    })
  }
}

const small = new DecoderTurns(maxSmall, patienceMs)
const large = new DecoderTurns(maxLarge, patienceMs)

export function decoderTurn(window: 'small' | 'large'): Promise<() => void> {
  return (window === 'small' ? small : large).begin()
}
