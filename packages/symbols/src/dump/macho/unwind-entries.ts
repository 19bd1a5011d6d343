import type { Problems } from '../problem.ts'
import { maxUnwindEntries } from './limits.ts'
import type { MachReader } from './mach-reader.ts'

/** How to unwind from `address` up to `end`, both relative to `__TEXT`. `encoding` is made for the processor. */
export type UnwindEntryHandler = (address: number, end: number, encoding: number) => void

const regularPage = 2
const compressedPage = 3
const indexEntrySize = 12

/**
 * Walks the two levels of `__unwind_info`: an index of pages, and pages of functions. An entry lasts until the next one begins; the last one of the
 * index has no page and only says where it all ends. Of two at one address the later one counts (the first has no length;
 * libsystem_kernel.dylib has such).
 */
export function readUnwindEntries(info: MachReader, problems: Problems, handle: UnwindEntryHandler): void {
  if (info.size < 28) return
  if (info.u32(0) !== 1) {
    problems.add('macho_unwind_info', `__unwind_info has version ${info.u32(0)}; only 1 is known.`)
    return
  }
  const walk = new Walk(info, problems, handle)
  walk.run()
}

class Walk {
  readonly #info: MachReader
  readonly #problems: Problems
  readonly #handle: UnwindEntryHandler
  readonly #commonOffset: number
  readonly #commonCount: number
  #address = -1
  #encoding = 0
  #count = 0

  constructor(info: MachReader, problems: Problems, handle: UnwindEntryHandler) {
    this.#info = info
    this.#problems = problems
    this.#handle = handle
    this.#commonOffset = info.u32(4)
    this.#commonCount = info.u32(8)
  }

  run(): void {
    const info = this.#info
    const offset = info.u32(20)
    const count = info.u32(24)
    if (offset + count * indexEntrySize > info.size) {
      this.#damaged('its index ends behind its end')
      return
    }
    for (let index = 0; index < count; index++) {
      const at = offset + index * indexEntrySize
      const pageOffset = info.u32(at + 4)
      if (pageOffset === 0) this.#next(info.u32(at), 0)
      else this.#page(info.u32(at), pageOffset)
      if (this.#count > maxUnwindEntries) {
        this.#damaged('it has too many entries')
        return
      }
    }
  }

  #page(firstAddress: number, page: number): void {
    const info = this.#info
    const kind = info.u32(page)
    const entries = page + info.u16(page + 4)
    const count = info.u16(page + 6)
    const entrySize = kind === regularPage ? 8 : 4
    if ((kind !== regularPage && kind !== compressedPage) || entries + count * entrySize > info.size) {
      this.#damaged(`its page at ${page} cannot be read`)
      return
    }
    if (kind === regularPage) {
      for (let index = 0; index < count; index++) this.#next(info.u32(entries + index * 8), info.u32(entries + index * 8 + 4))
      return
    }
    const ownEncodings = page + info.u16(page + 8)
    const ownCount = info.u16(page + 10)
    for (let index = 0; index < count; index++) {
      const entry = info.u32(entries + index * 4)
      const number = entry >>> 24
      const own = number - this.#commonCount
      const at = own < 0 ? this.#commonOffset + number * 4 : ownEncodings + own * 4
      if (own >= ownCount || at + 4 > info.size) this.#damaged('an entry names an encoding that does not exist')
      this.#next(firstAddress + (entry & 0xff_ffff), own >= ownCount ? 0 : info.u32(at))
    }
  }

  #next(address: number, encoding: number): void {
    if (address < this.#address) {
      this.#damaged('its entries are not in the order of addresses')
      return
    }
    if (this.#address >= 0 && address > this.#address) this.#handle(this.#address, address, this.#encoding)
    this.#address = address
    this.#encoding = encoding
    this.#count++
  }

  #damaged(why: string): void {
    this.#problems.add('macho_unwind_info', `__unwind_info is damaged: ${why}.`)
  }
}
