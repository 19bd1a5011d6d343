import { maxInlineDepth } from './limits.ts'
import { LineCursor, lineEnd } from './line-cursor.ts'
import { LineFilter } from './line-filter.ts'

/** What the records of one function say about one address. Files and origins by their numbers. */
export interface FunctionBody {
  name: string
  parameterSize: number
  line: LineHit | undefined
  /** From the outermost call inwards. */
  inlines: InlineHit[]
}

export interface LineHit {
  /** Where the code of the record starts. */
  start: number
  line: number
  fileId: number
}

export interface InlineHit {
  /** Where the range that holds the address starts. */
  start: number
  callLine: number
  /** Undefined in the format of 2021, which did not tell it. */
  callFileId: number | undefined
  originId: number
}

const letterI = 0x49

export interface SizedLine extends LineHit {
  size: number
}

/** Reads a `FUNC` line and the lines below it; undefined when there is no such line. Bad lines are passed over. */
export function readFunctionBody(bytes: Uint8Array, address: number): FunctionBody | undefined {
  const cursor = new LineCursor(bytes)
  const end = lineEnd(bytes, 0)
  cursor.start(0, end)
  if (!cursor.skipWord('FUNC')) return undefined
  cursor.skipWord('m')
  cursor.hex()
  cursor.hex()
  const parameterSize = cursor.hex()
  const name = cursor.rest()

  let line: SizedLine | undefined
  const byDepth: (InlineHit | undefined)[] = []
  const filter = new LineFilter(bytes, address)
  for (let at = end + 1; at < bytes.length; at = filter.end + 1) {
    if (!filter.mayHold(at)) continue
    cursor.start(at, filter.end)
    if (bytes[at] === letterI) readInline(cursor, address, byDepth)
    else line = better(readLine(cursor, address), line)
  }

  const inlines: InlineHit[] = []
  for (const hit of byDepth) {
    if (hit === undefined) break
    inlines.push(hit)
  }
  return { name, parameterSize: Math.max(0, parameterSize), line, inlines }
}

/** `<address> <size> <line> <file>`; undefined when it is another line or does not hold the address. */
export function readLine(cursor: LineCursor, address: number): SizedLine | undefined {
  const start = cursor.hex()
  const size = cursor.hex()
  if (start < 0 || start > address || size < 0 || address - start >= size) return undefined
  const line = cursor.decimal()
  const fileId = cursor.decimal()
  return line < 0 || fileId < 0 ? undefined : { start, size, line, fileId }
}

// Lines that overlap are damage; the lowest start wins, then the shortest, as everywhere in this format.
function better(one: SizedLine | undefined, other: SizedLine | undefined): SizedLine | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.start < other.start || (one.start === other.start && one.size < other.size) ? one : other
}

/** `INLINE <depth> <call line> [<call file>] <origin> (<address> <size>)+`: pairs follow, so an even number of fields means the newer form. */
export function readInline(cursor: LineCursor, address: number, byDepth: (InlineHit | undefined)[]): void {
  if (!cursor.skipWord('INLINE')) return
  const depth = cursor.decimal()
  const callLine = cursor.decimal()
  if (depth < 0 || depth >= maxInlineDepth || callLine < 0) return
  const hasCallFile = countFields(cursor) % 2 === 0
  const callFileId = hasCallFile ? cursor.decimal() : undefined
  const originId = cursor.decimal()
  if (originId < 0 || (callFileId !== undefined && callFileId < 0)) return
  while (cursor.hasMore()) {
    const start = cursor.hex()
    const size = cursor.hex()
    if (start < 0 || size < 0) return
    if (start > address || address - start >= size) continue
    const known = byDepth[depth]
    // Of several calls at one depth the one that begins last is the one the address is in.
    if (known === undefined || start > known.start) byDepth[depth] = { start, callLine, callFileId, originId }
  }
}

function countFields(cursor: LineCursor): number {
  const { at } = cursor
  let count = 0
  while (cursor.hasMore()) {
    cursor.skipField()
    count++
  }
  cursor.at = at
  return count
}
