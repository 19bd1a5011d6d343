import { Damage } from '../problem.ts'
import { maxRecordBytes, maxWindowLoads, windowBytes } from './limits.ts'
import type { MsfStream } from './msf.ts'

/**
 * A large stream through windows that are read when needed. After `seek(offset)`, `bytes` has at least one whole record at `at`,
 * as far as the stream goes; both hold until the next `seek`.
 */
export class StreamWindow {
  readonly size: number
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  readonly #stream: MsfStream
  readonly #maxWindows: number
  // In the order of their last use.
  readonly #windows = new Map<number, Uint8Array>()
  #current = -1
  #loads = 0

  constructor(stream: MsfStream, maxWindows: number) {
    this.#stream = stream
    this.size = stream.size
    this.#maxWindows = maxWindows
  }

  seek(offset: number): void {
    const index = Math.floor(offset / windowBytes)
    if (index !== this.#current) this.#load(index)
    this.at = offset - index * windowBytes
  }

  #load(index: number): void {
    const held = this.#windows.get(index)
    if (held === undefined) {
      if (++this.#loads > maxWindowLoads) throw new Damage('pdb_windows', 'A stream was gone through more often than any use of it needs.')
      if (this.#windows.size >= this.#maxWindows) {
        for (const oldest of this.#windows.keys()) {
          this.#windows.delete(oldest)
          break
        }
      }
      this.bytes = this.#stream.read(index * windowBytes, windowBytes + maxRecordBytes)
    } else {
      this.#windows.delete(index)
      this.bytes = held
    }
    this.#windows.set(index, this.bytes)
    this.#current = index
  }
}
