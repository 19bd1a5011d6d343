import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** What a symbol file can tell. A stripped program's has only `unwind`, one of a separate debug file may lack just that. */
export const SymbolContents = Type.Object({
  /** With names: a program without its PDB knows where functions are, and calls each `<unknown in app.exe>`. */
  functions: Type.Boolean(),
  publics: Type.Boolean(),
  unwind: Type.Boolean(),
  codeId: Type.Optional(Type.Boolean()),
  /** Hash of what stands between the head and the first STACK record: equal for two files that differ in those only. */
  body: Type.Optional(Type.String()),
  /** Hashes of the files that were put together to this one. */
  madeOf: Type.Optional(Type.Array(Type.String())),
})
export type SymbolContents = Static<typeof SymbolContents>

export interface DescribedSymbols {
  readonly sha256: string
  readonly size: number
  readonly contents: SymbolContents
}

const nameless = Buffer.from('<unknown in ')
const newLine = 0x0a
/** A line that is longer is no line that anybody wrote; it is looked at in pieces. */
const maxLineBytes = 1024 * 1024

/** Hash, size and contents in one reading, in blocks of whole lines. */
export async function describeSymbolFile(path: string): Promise<DescribedSymbols> {
  const hash = createHash('sha256')
  const scan = new ContentScan()
  let size = 0
  let carry: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: maxLineBytes })) {
    const bytes: Buffer = Buffer.from(chunk)
    hash.update(bytes)
    size += bytes.length
    const data = carry.length === 0 ? bytes : Buffer.concat([carry, bytes])
    const end = data.lastIndexOf(newLine) + 1 || (data.length > maxLineBytes ? data.length : 0)
    scan.read(data.subarray(0, end))
    carry = data.subarray(end)
  }
  scan.read(carry)
  return { sha256: hash.digest('hex'), size, contents: scan.contents() }
}

export function readContents(column: string | null): SymbolContents | undefined {
  if (column === null) return undefined
  const value: unknown = JSON.parse(column)
  return Value.Check(SymbolContents, value) ? value : undefined
}

class ContentScan {
  readonly #body: Hash = createHash('sha256')
  readonly #found = { functions: false, publics: false, unwind: false, codeId: false }
  #inHead = true

  read(lines: Buffer): void {
    if (this.#found.unwind) return
    const from = this.#inHead ? this.#readHead(lines) : 0
    const stack = lineThatBegins(lines, 'STACK ', from)
    const end = stack < 0 ? lines.length : stack
    this.#found.unwind = stack >= 0
    this.#found.publics ||= within(lineThatBegins(lines, 'PUBLIC ', from), end)
    this.#found.functions ||= namesFunctions(lines.subarray(from, end))
    hashNamed(this.#body, lines.subarray(from, end))
  }

  contents(): SymbolContents {
    return { ...this.#found, body: this.#body.digest('hex') }
  }

  #readHead(lines: Buffer): number {
    let at = 0
    while (at < lines.length && (startsWith(lines, at, 'MODULE ') || startsWith(lines, at, 'INFO '))) {
      this.#found.codeId ||= startsWith(lines, at, 'INFO CODE_ID ')
      at = lines.indexOf(newLine, at) + 1 || lines.length
    }
    this.#inHead = at === lines.length
    return at
  }
}

function startsWith(bytes: Buffer, at: number, word: string): boolean {
  return bytes.toString('latin1', at, at + word.length) === word
}

/** `lines` begins with a line. */
function lineThatBegins(lines: Buffer, word: string, from: number): number {
  if (startsWith(lines, from, word)) return from
  const before = lines.indexOf(`\n${word}`, from, 'latin1')
  return before < 0 ? -1 : before + 1
}

function within(offset: number, end: number): boolean {
  return offset >= 0 && offset < end
}

function namesFunctions(lines: Buffer): boolean {
  for (let at = lineThatBegins(lines, 'FUNC ', 0); at >= 0; at = lineThatBegins(lines, 'FUNC ', at + 1)) {
    const end = lines.indexOf(newLine, at)
    if (!lines.subarray(at, end < 0 ? lines.length : end).includes(nameless)) return true
  }
  return false
}

/** Names that were made up for want of one hold the name of the file that they were made from. */
function hashNamed(hash: Hash, lines: Buffer): void {
  let from = 0
  for (let at = lines.indexOf(nameless); at >= 0; at = lines.indexOf(nameless, from)) {
    hash.update(lines.subarray(from, lines.lastIndexOf(newLine, at) + 1))
    from = lines.indexOf(newLine, at) + 1 || lines.length
  }
  hash.update(lines.subarray(from))
}
