import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import { maxFileBytes, maxIndexRecords, scanChunkBytes } from './limits.ts'
import { LineCursor } from './line-cursor.ts'
import { LineScanner } from './line-scanner.ts'
import { type ModuleRecord, readHead, startOfText } from './module-record.ts'
import { type RecordTable, RecordTableBuilder } from './record-table.ts'
import { readStackWin } from './stack-win-record.ts'

/**
 * Where each record lies in the file. One pass over the file makes it; names, lines, inlines and rules stay in the file
 * and are read again for the one record that is asked for.
 */
export interface BreakpadIndex {
  head: ModuleRecord
  functions: RecordTable
  publics: RecordTable
  cfi: RecordTable
  winFrameData: RecordTable
  winFpo: RecordTable
  files: RecordTable
  inlineOrigins: RecordTable
  badLines: number
}

const newline = 0x0a
const [letterF, letterI, letterM, letterP, letterS] = [0x46, 0x49, 0x4d, 0x50, 0x53] as const
const addressSpace = 0x1_0000_0000

/** `byBlocks`: with the WebAssembly that `LineScanner` tells of. Only where nothing forbids one: a page may, and complains when it is tried. */
export function buildIndex(source: ByteSource, byBlocks: boolean = false): BreakpadIndex {
  if (source.size > maxFileBytes)
    throw new SymbolError('too_large', `The symbol file has ${source.size} bytes; ${maxFileBytes} can be read.`)
  const head = readHead(source)
  const scan = new IndexScan(byBlocks)
  const { buffer } = scan.lines
  let bufferOffset = startOfText(source.read(0, 3))
  let fill = 0
  let inLongLine = false
  for (;;) {
    const count = readInto(source, bufferOffset + fill, buffer.subarray(fill, scanChunkBytes))
    fill += count
    let at = 0
    if (inLongLine) {
      const end = buffer.subarray(0, fill).indexOf(newline)
      at = end < 0 ? fill : end + 1
      inLongLine = end < 0
    }
    at = scan.take(at, fill, bufferOffset, count === 0)
    if (count === 0) break
    if (at === 0 && fill === scanChunkBytes) {
      scan.lines.badLines++
      inLongLine = true
      at = fill
    }
    buffer.copyWithin(0, at, fill)
    bufferOffset += at
    fill -= at
  }
  return scan.finish(head, bufferOffset + fill)
}

/** What the lines belong to that have no meaning alone. `skipped`: to a record that was dropped, and so are they. */
type Body = 'none' | 'function' | 'cfi' | 'skipped'

class IndexScan {
  readonly lines: LineScanner
  readonly #cursor: LineCursor
  readonly #functions = new RecordTableBuilder({ sizes: true, lengths: true })
  readonly #publics = new RecordTableBuilder({ sizes: false, lengths: false })
  readonly #cfi = new RecordTableBuilder({ sizes: true, lengths: true })
  readonly #winFrameData = new RecordTableBuilder({ sizes: true, lengths: false })
  readonly #winFpo = new RecordTableBuilder({ sizes: true, lengths: false })
  readonly #files = new RecordTableBuilder({ sizes: false, lengths: false })
  readonly #inlineOrigins = new RecordTableBuilder({ sizes: false, lengths: false })
  #records = 0
  #body: Body = 'none'
  #seenModule = false

  constructor(byBlocks: boolean) {
    this.lines = new LineScanner(scanChunkBytes, byBlocks)
    this.#cursor = new LineCursor(this.lines.buffer)
  }

  /** Takes the whole lines of a buffer that begins at `bufferOffset` in the file; returns where the unfinished rest begins. */
  take(from: number, fill: number, bufferOffset: number, atEnd: boolean): number {
    const { lines } = this
    let at = from
    while (lines.next(at, fill, atEnd)) {
      const { start, end } = lines
      this.#record(start, end, bufferOffset)
      at = end + 1
    }
    return lines.start
  }

  finish(head: ModuleRecord, endOffset: number): BreakpadIndex {
    this.#endBody(endOffset)
    return {
      head,
      functions: this.#functions.finish('drop-overlaps'),
      publics: this.#publics.finish('keep-all'),
      cfi: this.#cfi.finish('drop-overlaps'),
      winFrameData: this.#winFrameData.finish('drop-overlaps'),
      winFpo: this.#winFpo.finish('drop-overlaps'),
      files: this.#files.finish('last-wins'),
      inlineOrigins: this.#inlineOrigins.finish('last-wins'),
      badLines: this.lines.badLines,
    }
  }

  #record(at: number, end: number, bufferOffset: number): void {
    const cursor = this.#cursor
    cursor.start(at, end)
    if (!cursor.hasMore()) return
    const offset = bufferOffset + at
    if (!this.#read(cursor, offset)) this.lines.badLines++
  }

  #read(cursor: LineCursor, offset: number): boolean {
    switch (cursor.bytes[cursor.at]) {
      case letterF:
        if (cursor.skipWord('FUNC')) return this.#readFunction(cursor, offset)
        if (cursor.skipWord('FILE')) return this.#readNumbered(cursor, offset, this.#files)
        break
      case letterS:
        if (cursor.skipWord('STACK')) return this.#readStack(cursor, offset)
        break
      case letterP:
        if (cursor.skipWord('PUBLIC')) return this.#readPublic(cursor, offset)
        break
      case letterI:
        if (cursor.skipWord('INLINE_ORIGIN')) return this.#readNumbered(cursor, offset, this.#inlineOrigins)
        if (cursor.skipWord('INFO')) return true
        break
      case letterM:
        if (cursor.skipWord('MODULE')) return this.#isFirstModule()
        break
    }
    // A line record whose address begins with a capital letter.
    return cursor.hex() >= 0 && (this.#body === 'function' || this.#body === 'skipped')
  }

  #isFirstModule(): boolean {
    const isFirst = !this.#seenModule
    this.#seenModule = true
    return isFirst
  }

  /** `FUNC [m] <address> <size> <parameter size> <name>` */
  #readFunction(cursor: LineCursor, offset: number): boolean {
    this.#endBody(offset)
    this.#startBody('skipped')
    cursor.skipWord('m')
    const address = cursor.hex()
    const size = cursor.hex()
    if (address < 0 || size < 0 || cursor.hex() < 0) return false
    if (!isRange(address, size)) return true
    if (!this.#add(this.#functions, address, offset, size)) return false
    this.#startBody('function')
    return true
  }

  /** `PUBLIC [m] <address> <parameter size> <name>` */
  #readPublic(cursor: LineCursor, offset: number): boolean {
    this.#endBody(offset)
    cursor.skipWord('m')
    const address = cursor.hex()
    if (address < 0 || cursor.hex() < 0) return false
    return address >= addressSpace || this.#add(this.#publics, address, offset, 0)
  }

  /** `FILE <id> <name>`, `INLINE_ORIGIN <id> …` */
  #readNumbered(cursor: LineCursor, offset: number, table: RecordTableBuilder): boolean {
    const id = cursor.decimal()
    return id >= 0 && id < addressSpace && this.#add(table, id, offset, 0)
  }

  #readStack(cursor: LineCursor, offset: number): boolean {
    if (cursor.skipWord('CFI')) return cursor.skipWord('INIT') ? this.#readCfiInit(cursor, offset) : this.#readCfiDelta(cursor)
    this.#endBody(offset)
    return cursor.skipWord('WIN') && this.#readWin(cursor, offset)
  }

  /** `STACK CFI INIT <address> <size> <rules>` */
  #readCfiInit(cursor: LineCursor, offset: number): boolean {
    this.#endBody(offset)
    this.#startBody('skipped')
    const address = cursor.hex()
    const size = cursor.hex()
    if (address < 0 || size < 0 || !cursor.hasMore()) return false
    if (!isRange(address, size)) return true
    if (!this.#add(this.#cfi, address, offset, size)) return false
    this.#startBody('cfi')
    return true
  }

  /** `STACK CFI <address> <rules>` */
  #readCfiDelta(cursor: LineCursor): boolean {
    if (this.#body !== 'cfi' && this.#body !== 'skipped') return false
    return cursor.hex() >= 0 && cursor.hasMore()
  }

  #readWin(cursor: LineCursor, offset: number): boolean {
    const record = readStackWin(cursor)
    if (record === 'bad') return false
    if (record === 'other' || !isRange(record.startOffset, record.size)) return true
    const table = record.kind === 'frame-data' ? this.#winFrameData : this.#winFpo
    const { startOffset: start, size } = record
    const lastStart = table.lastKey()
    const lastSize = table.lastSize()
    if (lastStart >= 0 && start < lastStart + lastSize && lastStart < start + size) {
      // Some linkers give each of several records of a function the function's end: the next one tells how long the last really was.
      if (start > lastStart) table.resizeLast(start - lastStart)
      else if (start !== lastStart || size !== lastSize) return true
    }
    return this.#add(table, start, offset, size)
  }

  #add(table: RecordTableBuilder, key: number, offset: number, size: number): boolean {
    if (this.#records === maxIndexRecords) return false
    this.#records++
    table.add(key, offset, Math.min(size, addressSpace - 1))
    return true
  }

  #endBody(offset: number): void {
    if (this.#body === 'function') this.#functions.endLast(offset)
    else if (this.#body === 'cfi') this.#cfi.endLast(offset)
    this.#startBody('none')
  }

  #startBody(body: Body): void {
    this.#body = body
    this.lines.badBodyLine = body === 'function' || body === 'skipped' ? 0 : 1
    this.lines.badCfiDelta = body === 'cfi' || body === 'skipped' ? 0 : 1
  }
}

// Nothing is ever asked beyond 4 GiB, the limit of a module in a minidump.
function isRange(address: number, size: number): boolean {
  return size > 0 && address < addressSpace
}

function readInto(source: ByteSource, offset: number, target: Uint8Array): number {
  if (target.length === 0) return 0
  if (source.readInto !== undefined) return source.readInto(offset, target)
  const bytes = source.read(offset, target.length)
  target.set(bytes)
  return bytes.length
}
