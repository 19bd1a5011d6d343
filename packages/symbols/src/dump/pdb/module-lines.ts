import { Doubles, Integers } from '../output/number-list.ts'
import { Damage } from '../problem.ts'
import type { AddressMap } from './address-map.ts'
import { u16, u32 } from './little-endian.ts'
import { sortLines } from './sort-lines.ts'

/** Lines as four lists: address in the image, size, line, file (as the module numbers it: the place of its checksum). */
export interface LineLists {
  readonly addresses: Integers
  readonly sizes: Integers
  readonly lines: Integers
  readonly files: Integers
}

/** Where the source of an inlined function stands. */
export interface Inlinee {
  readonly file: number
  readonly line: number
}

const segmentFactor = 2 ** 32
const linesKind = 0xf2
const checksumsKind = 0xf4
const inlineesKind = 0xf6
const importsKind = 0xf7
/** The compiler's "do not stop here" and "do not step into here": no lines. */
const hiddenLines = [0xfeefee, 0xf00f00]

/** Lines that may still be looked at, over all modules: damaged functions may all lie in one large block. */
export interface LineBudget {
  left: number
}

/** Goes through C13's subsections: their kind, and where their content begins and ends. */
export function subsectionsOf(bytes: Uint8Array, from: number, to: number, visit: (kind: number, at: number, end: number) => void): void {
  for (let at = from; at + 8 <= to; ) {
    const end = Math.min(at + 8 + u32(bytes, at + 4), to)
    visit(u32(bytes, at), at + 8, end)
    // Sizes are padded to four; `~3` would cut numbers above 2 GiB.
    at = end + ((4 - (end % 4)) % 4)
  }
}

/** C13: the line information of one module, in subsections. */
export class ModuleLines {
  /** Where the source of each inlined function is told, by its id. */
  readonly #inlinees = new Map<number, number>()
  readonly #bytes: Uint8Array
  readonly #budget: LineBudget
  /** Segment and offset of each block of lines in one number, ascending, and where it begins and ends. */
  #keys = new Doubles()
  #starts = new Integers()
  #ends = new Integers()
  #checksums = 0
  #checksumsEnd = 0
  #imports = 0
  #importsEnd = 0

  constructor(bytes: Uint8Array, from: number, to: number, budget: LineBudget) {
    this.#bytes = bytes
    this.#budget = budget
    let sorted = true
    subsectionsOf(bytes, from, to, (kind, at, end) => {
      if (kind === linesKind && end - at >= 12) {
        const key = u16(bytes, at + 4) * segmentFactor + u32(bytes, at)
        if (this.#keys.length > 0 && key < this.#keys.at(this.#keys.length - 1)) sorted = false
        this.#keys.push(key)
        this.#starts.push(at)
        this.#ends.push(end)
      } else if (kind === inlineesKind) this.#readInlinees(at, end)
      else if (kind === checksumsKind) [this.#checksums, this.#checksumsEnd] = [at, end]
      else if (kind === importsKind) [this.#imports, this.#importsEnd] = [at, end]
    })
    if (!sorted) this.#sortBlocks()
  }

  #sortBlocks(): void {
    const [keys, starts, ends] = [this.#keys, this.#starts, this.#ends]
    const order = Uint32Array.from({ length: keys.length }, (_, index) => index)
    order.sort((left, right) => keys.at(left) - keys.at(right) || left - right)
    ;[this.#keys, this.#starts, this.#ends] = [new Doubles(), new Integers(), new Integers()]
    for (const index of order) {
      this.#keys.push(keys.at(index))
      this.#starts.push(starts.at(index))
      this.#ends.push(ends.at(index))
    }
  }

  #readInlinees(from: number, end: number): void {
    const bytes = this.#bytes
    const withFiles = u32(bytes, from) === 1
    for (let at = from + 4; at + 12 <= end; ) {
      this.#inlinees.set(u32(bytes, at), at)
      at += withFiles ? 16 + u32(bytes, at + 12) * 4 : 12
    }
  }

  inlinee(id: number): Inlinee | undefined {
    const at = this.#inlinees.get(id)
    return at === undefined ? undefined : { file: u32(this.#bytes, at + 4), line: u32(this.#bytes, at + 8) }
  }

  /** What this module takes from its `module`th other one at `place`: that one's name, and the number it has there. */
  imported(module: number, place: number): { readonly moduleName: number; readonly local: number } | undefined {
    const bytes = this.#bytes
    let at = this.#imports
    for (let passed = 0; at + 8 <= this.#importsEnd; passed++) {
      const count = u32(bytes, at + 4)
      const entry = at + 8 + place * 4
      if (passed === module)
        return place < count && entry + 4 <= this.#importsEnd ? { moduleName: u32(bytes, at), local: u32(bytes, entry) } : undefined
      at += 8 + count * 4
    }
    return undefined
  }

  /** Place of a file's name in the string table, or -1. */
  fileName(file: number): number {
    const at = this.#checksums + file
    return at + 6 <= this.#checksumsEnd ? u32(this.#bytes, at) : -1
  }

  /** Appends the lines of the code around a place, in the order of addresses. Lines of no size are left out. */
  collect(segment: number, offset: number, map: AddressMap, into: LineLists): void {
    const key = segment * segmentFactor + offset
    const block = this.#blockAt(key)
    if (block < 0) return
    const bytes = this.#bytes
    const first = into.addresses.length
    const [start, end] = [this.#starts.at(block), this.#ends.at(block)]
    for (let at = start + 12; at + 12 <= end; ) {
      const file = u32(bytes, at)
      const linesEnd = Math.min(at + 12 + u32(bytes, at + 4) * 8, end)
      this.#budget.left -= (linesEnd - at) / 8
      if (this.#budget.left < 0) throw new Damage('pdb_lines', 'More lines were looked at than a file has.')
      for (let entry = at + 12; entry + 8 <= linesEnd; entry += 8) {
        const line = u32(bytes, entry + 4) & 0xff_ffff
        if (line === hiddenLines[0] || line === hiddenLines[1]) continue
        into.addresses.push(u32(bytes, entry))
        into.lines.push(line)
        into.files.push(file)
        into.sizes.push(0)
      }
      const size = u32(bytes, at + 8)
      if (size < 12) break
      at += size
    }
    // Files of one function follow one another, their lines may lie between each other.
    sortLines(into, first)
    finish(into, first, { segment, offset: u32(bytes, start), size: u32(bytes, start + 8) }, map)
  }

  /** The last that begins at or before the place, in the same segment; or -1. Of equal functions in one place it is the first one's, as for names. */
  #blockAt(key: number): number {
    const last = this.#firstAfter(key) - 1
    if (last < 0 || Math.floor(this.#keys.at(last) / segmentFactor) !== Math.floor(key / segmentFactor)) return -1
    return last > 0 && this.#keys.at(last - 1) === this.#keys.at(last) ? this.#firstAfter(this.#keys.at(last) - 1) : last
  }

  /** The first block behind a place. */
  #firstAfter(key: number): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#keys.at(middle) <= key) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Gives each line its size and its address in the image, and closes up over those of no size. */
function finish(lists: LineLists, first: number, block: { segment: number; offset: number; size: number }, map: AddressMap): void {
  const { addresses, sizes, lines, files } = lists
  let kept = first
  for (let i = first; i < addresses.length; i++) {
    const start = addresses.at(i) >>> 0
    const end = i + 1 < addresses.length ? addresses.at(i + 1) >>> 0 : block.size
    const address = end <= start ? -1 : map.rva(block.segment, block.offset + start)
    if (address < 0) continue
    addresses.array[kept] = address
    sizes.array[kept] = end - start
    lines.array[kept] = lines.at(i)
    files.array[kept] = files.at(i)
    kept++
  }
  for (const list of [addresses, sizes, lines, files]) list.length = kept
}
