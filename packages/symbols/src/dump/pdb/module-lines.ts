import type { Integers } from '../output/number-list.ts'
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

interface LineBlock {
  readonly segment: number
  readonly offset: number
  readonly size: number
  readonly columns: boolean
  readonly at: number
  readonly end: number
}

/** Where the source of an inlined function stands. */
export interface Inlinee {
  readonly file: number
  readonly line: number
}

const linesKind = 0xf2
const checksumsKind = 0xf4
const inlineesKind = 0xf6
const hasColumns = 1
/** The compiler's "do not stop here" and "do not step into here": no lines. */
const hiddenLines = [0xfeefee, 0xf00f00]

/** C13: the line information of one module, in subsections. */
export class ModuleLines {
  readonly inlinees: Map<number, Inlinee> = new Map()
  readonly #bytes: Uint8Array
  readonly #blocks: LineBlock[] = []
  #checksums = 0
  #checksumsEnd = 0

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes
    for (let at = from; at + 8 <= to; ) {
      const kind = u32(bytes, at)
      const end = Math.min(at + 8 + u32(bytes, at + 4), to)
      if (kind === linesKind) this.#addBlock(at + 8, end)
      else if (kind === inlineesKind) this.#readInlinees(at + 8, end)
      else if (kind === checksumsKind) [this.#checksums, this.#checksumsEnd] = [at + 8, end]
      at = (end + 3) & ~3
    }
    this.#blocks.sort((left, right) => left.segment - right.segment || left.offset - right.offset)
  }

  #addBlock(at: number, end: number): void {
    const bytes = this.#bytes
    if (end - at < 12) return
    this.#blocks.push({
      offset: u32(bytes, at),
      segment: u16(bytes, at + 4),
      columns: (u16(bytes, at + 6) & hasColumns) !== 0,
      size: u32(bytes, at + 8),
      at: at + 12,
      end,
    })
  }

  #readInlinees(from: number, end: number): void {
    const bytes = this.#bytes
    const withFiles = u32(bytes, from) === 1
    for (let at = from + 4; at + 12 <= end; ) {
      this.inlinees.set(u32(bytes, at), { file: u32(bytes, at + 4), line: u32(bytes, at + 8) })
      at += withFiles ? 16 + u32(bytes, at + 12) * 4 : 12
    }
  }

  /** Place of a file's name in the string table, or -1. */
  fileName(file: number): number {
    const at = this.#checksums + file
    return at + 6 <= this.#checksumsEnd ? u32(this.#bytes, at) : -1
  }

  /** Appends the lines of the code around a place, in the order of addresses. Lines of no size are left out. */
  collect(segment: number, offset: number, map: AddressMap, into: LineLists): void {
    const block = this.#blockAt(segment, offset)
    if (block === undefined) return
    const bytes = this.#bytes
    const first = into.addresses.length
    for (let at = block.at; at + 12 <= block.end; ) {
      const file = u32(bytes, at)
      const end = Math.min(at + 12 + u32(bytes, at + 4) * 8, block.end)
      for (let entry = at + 12; entry + 8 <= end; entry += 8) {
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
    finish(into, first, block, map)
  }

  /** The last that begins at or before the place. */
  #blockAt(segment: number, offset: number): LineBlock | undefined {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const block = this.#blocks[middle]
      if (block !== undefined && (block.segment < segment || (block.segment === segment && block.offset <= offset))) low = middle + 1
      else high = middle
    }
    const block = this.#blocks[low - 1]
    return block?.segment === segment ? block : undefined
  }
}

/** Gives each line its size and its address in the image, and closes up over those of no size. */
function finish(lists: LineLists, first: number, block: LineBlock, map: AddressMap): void {
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
