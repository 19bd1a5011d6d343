/**
 * A `multipart/form-data` body, part after part, in the order of its bytes and without copying them: the delimiter is searched by the engine's own
 * search, and what a chunk holds of a part is handed on as a view of it.
 *
 * Lenient where senders are wrong: Breakpad on Windows has written its closing delimiter without the line break before it since 2022; a body that
 * breaks off ends its last part; what stands before the first delimiter and behind the last one is nobody's.
 */
import { ServerError } from '../errors.ts'
import { type PartHead, readPartHead } from './part-head.ts'

export interface FormEnd {
  /** Whether the body has the delimiter that its type names, and so was a form of this boundary before it broke off. */
  opened: boolean
  /** Whether the sender closed the body itself. */
  closed: boolean
}

export interface FormLimits {
  readonly parts: number
  readonly partHeaderBytes: number
  readonly partHeaderPairs: number
}

const empty = Buffer.alloc(0)
const lineBreak = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const dash = 0x2d
const carriageReturn = 0x0d
const lineFeed = 0x0a
const space = 0x20
const tab = 0x09
/** Spaces that RFC 2046 lets stand behind a delimiter. */
const maxPadding = 100

export class FormReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #limits: FormLimits
  readonly #end: FormEnd
  /** `--BOUNDARY`; a delimiter is a line break and this. */
  readonly #needle: Buffer
  /** What has come and is not read. */
  #held: Buffer = empty
  #sourceEnded = false
  /** Where reading stands: before the first delimiter, behind one, in a part, or at the end. */
  #at: 'start' | 'delimiter' | 'part' | 'end' = 'start'
  #parts = 0

  constructor(source: AsyncIterable<Uint8Array>, boundary: string, limits: FormLimits, end: FormEnd) {
    this.#source = source[Symbol.asyncIterator]()
    this.#needle = Buffer.from(`--${boundary}`, 'latin1')
    this.#limits = limits
    this.#end = end
  }

  /** The head of the next part; what was not read of the one before is skipped. undefined: there is none. */
  async next(): Promise<PartHead | undefined> {
    if (this.#at === 'start') await this.#findFirst()
    if (this.#at === 'part') await this.#skip()
    if (this.#at === 'end') return undefined
    this.#parts += 1
    if (this.#parts > this.#limits.parts) throw new ServerError('malformed_multipart', { detail: 'too many parts' })
    return this.#readHead()
  }

  /** All of the part where it has come already; otherwise it is read with `body`. */
  whole(): Uint8Array | undefined {
    const at = this.#held.indexOf(this.#needle)
    if (at < 2 || !this.#held.subarray(at - 2, at).equals(lineBreak)) return undefined
    const behind = this.#held.subarray(at + this.#needle.length, at + this.#needle.length + 2)
    if (!behind.equals(lineBreak)) return undefined
    const bytes = this.#held.subarray(0, at - 2)
    this.#held = this.#held.subarray(at + this.#needle.length + 2)
    this.#at = 'delimiter'
    return bytes
  }

  /** The bytes of the part up to its delimiter. */
  async *body(): AsyncGenerator<Uint8Array> {
    while (this.#at === 'part') {
      const at = this.#held.indexOf(this.#needle)
      if (at >= 0) {
        const kind = await this.#delimiterAt(at)
        if (kind === 'data') {
          const end = at + this.#needle.length
          yield this.#take(end)
          continue
        }
        const end = kind === 'bare' ? at : at - lineBreak.length
        if (end > 0) yield this.#take(end)
        await this.#passDelimiter()
        return
      }
      const certain = this.#held.length - this.#possibleDelimiterLength()
      if (certain > 0) yield this.#take(certain)
      if (await this.#fill()) continue
      // What broke off within a delimiter is not part of the value before it.
      if (this.#held.length > 0 && this.#held[0] !== carriageReturn) yield this.#held
      this.#held = empty
      this.#at = 'end'
    }
  }

  /** Lets go of the source, wherever reading stands. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }

  #take(length: number): Buffer {
    const bytes = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return bytes
  }

  /** False at the end of the source. */
  async #fill(): Promise<boolean> {
    if (this.#sourceEnded) return false
    const next = await this.#source.next()
    if (next.done === true) {
      this.#sourceEnded = true
      return false
    }
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    // Seldom: nothing is held but the beginning of a head or of a delimiter.
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    return true
  }

  async #ensure(length: number): Promise<boolean> {
    while (this.#held.length < length) if (!(await this.#fill())) return false
    return true
  }

  async #skip(): Promise<void> {
    const rest = this.body()
    while ((await rest.next()).done !== true);
  }

  async #findFirst(): Promise<void> {
    const { length } = this.#needle
    await this.#ensure(length + 2)
    this.#at = 'part'
    const begins = this.#held.subarray(0, length).equals(this.#needle) && endsLine(this.#held[length], this.#held[length + 1])
    if (begins) await this.#passDelimiter()
    else await this.#skip()
  }

  /**
   * Whether the needle found there is a delimiter: behind a line break and at the end of a line. Without the line break it closes the body
   * where nothing follows.
   */
  async #delimiterAt(at: number): Promise<'delimiter' | 'bare' | 'data'> {
    const end = at + this.#needle.length
    await this.#ensure(end + 2)
    const [first, second] = [this.#held[end], this.#held[end + 1]]
    if (at >= 2 && this.#held.subarray(at - 2, at).equals(lineBreak)) return endsLine(first, second) ? 'delimiter' : 'data'
    if (first !== dash || second !== dash) return 'data'
    // Two more bytes may be the line break of the last line.
    await this.#ensure(end + 5)
    return this.#sourceEnded && this.#held.length <= end + 4 ? 'bare' : 'data'
  }

  /** Reads the delimiter, with or without its line break, at which the held bytes begin. */
  async #passDelimiter(): Promise<void> {
    if (this.#held[0] === carriageReturn) this.#take(lineBreak.length)
    this.#take(this.#needle.length)
    this.#end.opened = true
    await this.#ensure(2)
    if (this.#held[0] === dash && this.#held[1] === dash) {
      this.#end.closed = true
      await this.#drain()
      return
    }
    let at = 0
    while (this.#held[at] !== lineFeed) {
      at += 1
      if (at > maxPadding || (at >= this.#held.length && !(await this.#fill()))) {
        this.#at = 'end'
        return
      }
    }
    this.#take(at + 1)
    this.#at = 'delimiter'
  }

  /** Reads to the end: what follows the closing delimiter has to be taken from the sender all the same. */
  async #drain(): Promise<void> {
    this.#at = 'end'
    for (;;) {
      this.#held = empty
      if (!(await this.#fill())) return
    }
  }

  /** Up to the empty line; of one that is too long the beginning counts. */
  async #readHead(): Promise<PartHead | undefined> {
    const { partHeaderBytes, partHeaderPairs } = this.#limits
    this.#at = 'part'
    let kept: Buffer = empty
    for (;;) {
      // A part without any header begins with the empty line.
      const isBare = kept.length === 0 && this.#held.subarray(0, 2).equals(lineBreak)
      const end = isBare ? 0 : this.#held.indexOf(headEnd)
      if (end >= 0) {
        const head = kept.length < partHeaderBytes ? Buffer.concat([kept, this.#held.subarray(0, end)]) : kept
        this.#take(end + (isBare ? lineBreak.length : headEnd.length))
        return readPartHead(head.subarray(0, partHeaderBytes), partHeaderPairs)
      }
      if (this.#held.length > partHeaderBytes) {
        const passed = this.#take(this.#held.length - headEnd.length)
        if (kept.length === 0) kept = Buffer.from(passed.subarray(0, partHeaderBytes))
      }
      if (await this.#fill()) continue
      this.#at = 'end'
      return undefined
    }
  }

  /** How many bytes at the end of what is held may be the beginning of a delimiter. */
  #possibleDelimiterLength(): number {
    const { length } = this.#held
    let begun = Math.min(this.#needle.length - 1, length)
    // Nearly every place is told by its first byte.
    while (
      begun > 0 &&
      (this.#held[length - begun] !== dash || !this.#held.subarray(length - begun).equals(this.#needle.subarray(0, begun)))
    )
      begun -= 1
    const before = length - begun
    if (before >= 2 && this.#held[before - 2] === carriageReturn && this.#held[before - 1] === lineFeed) return begun + 2
    return begun === 0 && this.#held[length - 1] === carriageReturn ? 1 : begun
  }
}

/** What stands behind a delimiter: the dashes of the last one, the end of the line, blanks before it, or nothing because the body broke off. */
function endsLine(first: number | undefined, second: number | undefined): boolean {
  if (first === dash) return second === dash || second === undefined
  return first === undefined || first === carriageReturn || first === lineFeed || first === space || first === tab
}
