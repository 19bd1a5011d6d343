import { Integers } from '../output/number-list.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { AddressMap } from './address-map.ts'
import { collectInlineLines } from './inline-lines.ts'
import type { Inlinee, LineLists, ModuleLines } from './module-lines.ts'
import { sortLines } from './sort-lines.ts'
import { type InlineRange, writeInlines } from './write-inlines.ts'

/** Lines are kept in 32 signed bits; no image is larger. */
const maxLinedBytes = 0x7fff_ffff

/** A position in the source: the number of its line, and of its file in the output. */
interface Position {
  line: number
  file: number
}

/**
 * One function with the calls inlined into it while its symbols are read, then its INLINE and line records. In a PDB the lines of a function
 * cover what was inlined, too, there with the line of the call; so each level's lines give the call sites of the next.
 * Used again for the next function: lists keep their memory.
 */
export class FunctionBody {
  address = 0
  size = 0
  name = 0
  parameterSize = 0
  /** Site 0 is the function itself. */
  readonly #parents = new Integers()
  readonly #depths = new Integers()
  readonly #origins = new Integers()
  readonly #children = new Integers()
  readonly #siblings = new Integers()
  readonly #firstLines = new Integers()
  readonly #lastLines = new Integers()
  readonly #lines: LineLists = { addresses: new Integers(), sizes: new Integers(), lines: new Integers(), files: new Integers() }
  readonly #out: LineLists = { addresses: new Integers(), sizes: new Integers(), lines: new Integers(), files: new Integers() }
  // INLINE records' ranges, before those of one call are joined.
  readonly #inlined: InlineRange[] = []

  begin(address: number, size: number): void {
    this.address = address
    this.size = size
    for (const list of [this.#parents, this.#depths, this.#origins, this.#firstLines, this.#lastLines]) list.length = 0
    for (const list of Object.values(this.#lines)) list.length = 0
  }

  addOwnLines(lines: ModuleLines, segment: number, offset: number, map: AddressMap, fileOf: (file: number) => number): void {
    lines.collect(segment, offset, map, this.#lines)
    this.#addSite(-1, 0, -1, 0, fileOf)
  }

  /** Gives the number of the site, for those inside; -1 where nothing of it is left in the code. */
  addInline(
    parent: number,
    origin: () => number,
    annotations: { readonly bytes: Uint8Array; readonly at: number; readonly end: number },
    inlinee: Inlinee,
    place: { readonly segment: number; readonly offset: number },
    map: AddressMap,
    fileOf: (file: number) => number,
  ): number {
    const first = this.#lines.addresses.length
    collectInlineLines(annotations.bytes, annotations.at, annotations.end, inlinee, place, map, this.#lines)
    if (this.#lines.addresses.length === first) return -1
    return this.#addSite(parent, this.#depths.at(parent) + 1, origin(), first, fileOf)
  }

  /** Joins lines that say the same, and cuts off what is outside of the function. */
  #addSite(parent: number, depth: number, origin: number, first: number, fileOf: (file: number) => number): number {
    const { addresses, sizes, lines, files } = this.#lines
    const end = this.address + Math.min(this.size, maxLinedBytes)
    sortLines(this.#lines, first)
    let kept = first
    let lastEnd = -1
    let lastLine = -1
    let lastModuleFile = -1
    let lastFile = -1
    for (let i = first; i < addresses.length; i++) {
      const start = Math.max(addresses.at(i) >>> 0, this.address)
      const stop = Math.min((addresses.at(i) >>> 0) + sizes.at(i), end)
      if (stop <= start) continue
      const moduleFile = files.at(i)
      const line = lines.at(i)
      if (start === lastEnd && line === lastLine && moduleFile === lastModuleFile) {
        sizes.array[kept - 1] = sizes.at(kept - 1) + stop - start
      } else {
        if (moduleFile !== lastModuleFile) lastFile = fileOf(moduleFile)
        addresses.array[kept] = start
        sizes.array[kept] = stop - start
        lines.array[kept] = line
        files.array[kept] = lastFile
        kept++
      }
      lastEnd = stop
      lastLine = line
      lastModuleFile = moduleFile
    }
    for (const list of [addresses, sizes, lines, files]) list.length = kept
    if (kept === first && parent >= 0) return -1
    this.#parents.push(parent)
    this.#depths.push(depth)
    this.#origins.push(origin)
    this.#firstLines.push(first)
    this.#lastLines.push(kept)
    return this.#parents.length - 1
  }

  write(records: SymbolRecords): void {
    records.addFunction(this.address, this.size, this.name, this.parameterSize)
    if (this.#parents.length > 1) this.#writeInlined(records)
    else this.#writePlain(records)
  }

  /** Each line goes on until the next. */
  #writePlain(records: SymbolRecords): void {
    const { addresses, lines, files } = this.#lines
    let start = -1
    let line = 0
    let file = 0
    for (let i = 0; i < this.#lastLines.at(0); i++) {
      if (lines.at(i) === 0 || (start >= 0 && lines.at(i) === line && files.at(i) === file)) continue
      const next = addresses.at(i) >>> 0
      if (start >= 0) records.addLine(start, next - start, line, file)
      start = next
      line = lines.at(i)
      file = files.at(i)
    }
    if (start >= 0) records.addLine(start, this.address + this.size - start, line, file)
  }

  #writeInlined(records: SymbolRecords): void {
    for (const list of Object.values(this.#out)) list.length = 0
    this.#inlined.length = 0
    this.#linkSites()
    for (let site = 0; site < this.#parents.length; site++) this.#split(site)
    writeInlines(this.#inlined, records)
    const { addresses, lines, files } = this.#out
    sortLines(this.#out, 0)
    for (let i = 0; i < addresses.length; i++) {
      const start = addresses.at(i) >>> 0
      const end = i + 1 < addresses.length ? addresses.at(i + 1) >>> 0 : this.address + this.size
      if (end > start) records.addLine(start, end - start, lines.at(i), files.at(i))
    }
  }

  /** Each site's first one within, and the next one beside it; in the order of the file. */
  #linkSites(): void {
    const count = this.#parents.length
    this.#children.length = 0
    this.#siblings.length = 0
    for (let site = 0; site < count; site++) {
      this.#children.push(-1)
      this.#siblings.push(-1)
    }
    for (let site = count - 1; site > 0; site--) {
      const parent = this.#parents.at(site)
      this.#siblings.array[site] = this.#children.at(parent)
      this.#children.array[parent] = site
    }
  }

  /** What of a site's lines is not inlined further becomes lines; the rest are call sites. */
  #split(site: number): void {
    if (this.#children.at(site) < 0) {
      this.#copyLines(site)
      return
    }
    const ranges = this.#rangesWithin(site)
    const { addresses, sizes, lines, files } = this.#lines
    const depth = this.#depths.at(site)
    let next = 0
    let covered = 0
    let lastLine = -1
    let lastFile = -1
    let lastEnd = -1
    // A function that the compiler made has no lines; its calls then have line 0 of the file where the called one is.
    const call: Position = { line: 0, file: ranges[0]?.file ?? 0 }
    for (let i = this.#firstLines.at(site); i < this.#lastLines.at(site); i++) {
      const end = (addresses.at(i) >>> 0) + sizes.at(i)
      let at = Math.max(addresses.at(i) >>> 0, covered)
      call.line = lines.at(i)
      call.file = files.at(i)
      while (at < end) {
        const range = ranges[next]
        if (range === undefined || range.start >= end || range.start > at) {
          // Behind a gap, which is of the function around, the same line begins anew.
          if (at !== lastEnd || call.line !== lastLine || call.file !== lastFile) this.#line(at, call)
          lastLine = call.line
          lastFile = call.file
          at = range === undefined ? end : Math.min(range.start, end)
          lastEnd = at
          continue
        }
        covered = this.#call(range, covered, depth, call)
        at = Math.max(at, covered)
        lastLine = -1
        next++
      }
    }
    for (; next < ranges.length; next++) covered = this.#call(ranges[next], covered, depth, call)
  }

  /** Of a site without inlined calls. Lines that say the same and touch are one already. */
  #copyLines(site: number): void {
    const { addresses, lines, files } = this.#lines
    for (let i = this.#firstLines.at(site); i < this.#lastLines.at(site); i++) {
      this.#out.addresses.push(addresses.at(i))
      this.#out.sizes.push(0)
      this.#out.lines.push(lines.at(i))
      this.#out.files.push(files.at(i))
    }
  }

  #line(at: number, position: Position): void {
    this.#out.addresses.push(at)
    this.#out.sizes.push(0)
    this.#out.lines.push(position.line)
    this.#out.files.push(position.file)
  }

  /** Two inlined calls cannot share code: the second gives way. */
  #call(range: Piece | undefined, covered: number, depth: number, call: Position): number {
    if (range === undefined || range.end <= covered) return covered
    this.#inlined.push({
      start: Math.max(range.start, covered),
      end: range.end,
      depth,
      origin: range.origin,
      line: call.line,
      file: call.file,
    })
    return range.end
  }

  #rangesWithin(parent: number): Piece[] {
    const ranges: Piece[] = []
    const { addresses, sizes, files } = this.#lines
    let sorted = true
    let last = -1
    for (let site = this.#children.at(parent); site >= 0; site = this.#siblings.at(site)) {
      for (let i = this.#firstLines.at(site); i < this.#lastLines.at(site); i++) {
        const start = addresses.at(i) >>> 0
        ranges.push({ start, end: start + sizes.at(i), origin: this.#origins.at(site), file: files.at(i) })
        if (start < last) sorted = false
        last = start
      }
    }
    return sorted ? ranges : ranges.sort((left, right) => left.start - right.start)
  }
}

interface Piece {
  readonly start: number
  readonly end: number
  readonly origin: number
  readonly file: number
}
