import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import type { CfiRecord, InlinedCall, ModuleSymbols, SourcePosition, StackWinRecord, SymbolLookup } from '../module-symbols.ts'
import { type BreakpadIndex, buildIndex } from './build-index.ts'
import { readCfi } from './cfi-record.ts'
import { type FunctionBody, type InlineHit, readFunctionBody } from './function-body.ts'
import { answerWeight, maxCfiRecordBytes, maxFunctionBodyBytes, maxLineBytes, maxPublicAliases, maxRememberedChars } from './limits.ts'
import { LineCursor } from './line-cursor.ts'
import { lastAtOrBelow, type RecordTable, rangeAt, recordOf, tableBytes } from './record-table.ts'
import { Remembered } from './remembered.ts'
import { readStackWin } from './stack-win-record.ts'

/** Indexes a Breakpad symbol file. Throws a `SymbolError` when it is none; the source must stay readable as long as the result is used. */
export function openBreakpadSymbols(source: ByteSource): ModuleSymbols {
  return symbolsOfIndex(source, buildIndex(source))
}

/** The same with an index made before, of this very source. */
export function symbolsOfIndex(source: ByteSource, index: BreakpadIndex): ModuleSymbols {
  return new BreakpadSymbols(source, index)
}

const newline = 0x0a
const firstLineRead = 512
const nameless = '<name omitted>'

// One for all modules: records are read one at a time and made into strings and numbers at once. An array for each read was a third of
// all garbage. It grows to the longest record seen, which is bounded.
let scratch = new Uint8Array(64 * 1024)

class BreakpadSymbols implements ModuleSymbols {
  readonly module: ModuleSymbols['module']
  readonly info: ModuleSymbols['info']
  readonly badLines: number
  readonly indexBytes: number
  readFailures = 0
  readonly #source: ByteSource
  readonly #index: BreakpadIndex
  readonly #lookups = new Remembered(maxRememberedChars, lookupWeight)
  readonly #cfi = new Remembered(maxRememberedChars, cfiWeight)
  readonly #fileNames = new Remembered(maxRememberedChars, nameWeight)
  readonly #originNames = new Remembered(maxRememberedChars, nameWeight)

  constructor(source: ByteSource, index: BreakpadIndex) {
    const { os, cpu, debugId, debugFile, ...info } = index.head
    this.module = { os, cpu, debugId, debugFile }
    this.info = info
    this.badLines = index.badLines
    this.indexBytes = [index.functions, index.publics, index.cfi, index.winFrameData, index.winFpo, index.files, index.inlineOrigins]
      .map(tableBytes)
      .reduce((sum, bytes) => sum + bytes, 0)
    this.#source = source
    this.#index = index
  }

  lookup(offset: number): SymbolLookup | undefined {
    return this.#lookups.get(offset, () => this.#function(offset) ?? this.#public(offset))
  }

  hasFunction(offset: number): boolean {
    return rangeAt(this.#index.functions, offset) >= 0 || this.#publicAt(offset) >= 0
  }

  cfiAt(offset: number): CfiRecord | undefined {
    return this.#cfi.get(offset, () => {
      const i = rangeAt(this.#index.cfi, offset)
      if (i < 0) return undefined
      const { keys, sizes, offsets, lengths } = this.#index.cfi
      const bytes = this.#read(offsets[i] ?? 0, Math.min(lengths[i] ?? 0, maxCfiRecordBytes))
      return readCfi(bytes, keys[i] ?? 0, sizes[i] ?? 0, offset)
    })
  }

  winAt(offset: number): StackWinRecord | undefined {
    return this.#win(this.#index.winFrameData, offset) ?? this.#win(this.#index.winFpo, offset)
  }

  #win(table: RecordTable, offset: number): StackWinRecord | undefined {
    const i = rangeAt(table, offset)
    if (i < 0) return undefined
    const cursor = this.#line(table.offsets[i] ?? 0)
    if (!cursor.skipWord('STACK') || !cursor.skipWord('WIN')) return undefined
    const record = readStackWin(cursor)
    // The table knows better how long the record is: the next one may have cut it.
    return record === 'bad' || record === 'other' ? undefined : { ...record, size: table.sizes[i] ?? 0 }
  }

  #function(offset: number): SymbolLookup | undefined {
    const { functions } = this.#index
    const i = rangeAt(functions, offset)
    if (i < 0) return undefined
    const bytes = this.#read(functions.offsets[i] ?? 0, Math.min(functions.lengths[i] ?? 0, maxFunctionBodyBytes))
    const body = readFunctionBody(bytes, offset)
    if (body === undefined) return undefined
    const lineOffset = (body.inlines[0] ?? body.line)?.start
    return {
      function: body.name || nameless,
      functionOffset: functions.keys[i] ?? 0,
      parameterSize: body.parameterSize,
      ...this.#outermostPosition(body),
      ...(lineOffset === undefined ? {} : { lineOffset }),
      ...(body.inlines.length === 0 || body.line === undefined ? {} : { innermostLineOffset: body.line.start }),
      inlines: this.#inlinedCalls(body),
    }
  }

  #outermostPosition(body: FunctionBody): SourcePosition {
    const call = body.inlines[0]
    return call === undefined ? this.#innermostPosition(body) : this.#callPosition(call)
  }

  // An inlined function stands where it calls the next one; only the innermost stands at the line record.
  // Like rust-minidump, line 0 of a record is left out here, and kept of a call and for a function without inlines.
  #inlinedCalls(body: FunctionBody): InlinedCall[] {
    return body.inlines
      .map((call, depth) => {
        const next = body.inlines[depth + 1]
        const { file, line } = next === undefined ? this.#innermostPosition(body) : this.#callPosition(next)
        return {
          function: this.#originName(call.originId) || nameless,
          ...(file === undefined ? {} : { file }),
          ...(line === undefined || (line === 0 && next === undefined) ? {} : { line }),
        }
      })
      .reverse()
  }

  #innermostPosition(body: FunctionBody): SourcePosition {
    return body.line === undefined ? {} : this.#position(body.line.fileId, body.line.line)
  }

  #callPosition(call: InlineHit): SourcePosition {
    return this.#position(call.callFileId, call.callLine)
  }

  #position(fileId: number | undefined, line: number): SourcePosition {
    const file = fileId === undefined ? '' : this.#fileName(fileId)
    return file === '' ? { line } : { file, line }
  }

  #fileName(id: number): string {
    return this.#fileNames.get(id, () => this.#numbered(this.#index.files, id, 'FILE')?.rest() ?? '')
  }

  /** `INLINE_ORIGIN <id> <name>`; in the format of 2021 a file's number, or -1, stands before the name. */
  #originName(id: number): string {
    return this.#originNames.get(id, () => {
      const cursor = this.#numbered(this.#index.inlineOrigins, id, 'INLINE_ORIGIN')
      return cursor?.rest().replace(/^(?:\d+|-1)[ \t]+(?=\S)/, '') ?? ''
    })
  }

  #numbered(table: RecordTable, id: number, kind: string): LineCursor | undefined {
    const i = recordOf(table, id)
    if (i < 0) return undefined
    const cursor = this.#line(table.offsets[i] ?? 0)
    return cursor.skipWord(kind) && cursor.decimal() === id ? cursor : undefined
  }

  /** The last public symbol not above the address, unless a function begins between the two: then the address belongs to neither. */
  #publicAt(offset: number): number {
    const { publics, functions } = this.#index
    const i = lastAtOrBelow(publics, offset)
    if (i < 0) return -1
    const before = lastAtOrBelow(functions, offset)
    return before >= 0 && (publics.keys[i] ?? 0) <= (functions.keys[before] ?? 0) ? -1 : i
  }

  #public(offset: number): SymbolLookup | undefined {
    const { keys, offsets } = this.#index.publics
    const last = this.#publicAt(offset)
    if (last < 0) return undefined
    let best: SymbolLookup | undefined
    for (let i = last; i >= 0 && keys[i] === keys[last] && last - i < maxPublicAliases; i--) {
      const cursor = this.#line(offsets[i] ?? 0)
      if (!cursor.skipWord('PUBLIC')) continue
      cursor.skipWord('m')
      cursor.hex()
      const parameterSize = Math.max(0, cursor.hex())
      const name = cursor.rest() || nameless
      // Of several names the greatest, as rust-minidump takes it, so that signatures agree.
      if (best === undefined || name > best.function) best = { function: name, functionOffset: keys[i] ?? 0, parameterSize, inlines: [] }
    }
    return best
  }

  #line(offset: number): LineCursor {
    let bytes = this.#read(offset, firstLineRead)
    let end = bytes.indexOf(newline)
    if (end < 0 && bytes.length === firstLineRead) {
      bytes = this.#read(offset, maxLineBytes + 1)
      end = bytes.indexOf(newline)
    }
    const cursor = new LineCursor(bytes)
    cursor.start(0, end < 0 ? bytes.length : end)
    return cursor
  }

  // A file that can no longer be read must not end the walk of a stack: its functions are then unknown.
  // The bytes are good until the next read.
  #read(offset: number, length: number): Uint8Array {
    try {
      if (this.#source.readInto === undefined) return this.#source.read(offset, length)
      if (scratch.length < length) scratch = new Uint8Array(length)
      return scratch.subarray(0, this.#source.readInto(offset, scratch.subarray(0, length)))
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error
      this.readFailures++
      return new Uint8Array(0)
    }
  }
}

function lookupWeight(lookup: SymbolLookup | undefined): number {
  const inlined = lookup?.inlines.reduce((sum, call) => sum + call.function.length + answerWeight, 0) ?? 0
  return answerWeight + (lookup?.function.length ?? 0) + inlined
}

function cfiWeight(record: CfiRecord | undefined): number {
  const changes = record?.deltas.reduce((sum, delta) => sum + delta.rules.length + answerWeight, 0) ?? 0
  return answerWeight + (record?.init.length ?? 0) + changes
}

function nameWeight(name: string): number {
  return answerWeight + name.length
}
