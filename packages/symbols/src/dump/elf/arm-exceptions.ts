/**
 * `.ARM.exidx` and `.ARM.extab`, which 32 bit ARM has in place of `.eh_frame`, as STACK CFI: what holds in a function's body, not in its first and last
 * instructions. After "Exception Handling ABI for the Arm Architecture" (IHI 0038).
 */
import type { AddressRanges } from '../macho/address-ranges.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { Problems } from '../problem.ts'
import { WindowedBytes } from '../window.ts'
import { WorkBudget } from '../work-budget.ts'
import { armUnwindRules } from './arm-unwind-rules.ts'
import { codeRanges } from './code-ranges.ts'
import { type ElfFile, type ElfSection, findSection, sectionSource } from './elf-file.ts'

const entryBytes = 8
/** In place of the second word: no exception passes here. It says nothing about the stack. */
const cannotUnwind = 1
/** The format's own personality routines, which tell of nothing but the stack. */
const ownPersonalities = 3
/** A count of words fills one byte. */
const maxCodeBytes = 3 + 255 * 4

/** Writes records for what was not written from other tables. */
export function writeArmExceptions(file: ElfFile, written: AddressRanges, writer: SymbolWriter, problems: Problems): void {
  const section = findSection(file, '.ARM.exidx')
  if (section !== undefined) problems.guard(() => new ArmExceptions(file, section).write(written, writer))
}

class ArmExceptions {
  readonly #file: ElfFile
  readonly #section: ElfSection
  readonly #index: WindowedBytes
  readonly #tables = new Map<ElfSection, WindowedBytes>()
  readonly #codes = new Uint8Array(maxCodeBytes)
  #codeBytes = 0
  /** All entries may refer to the same table. */
  readonly #budget = new WorkBudget()

  constructor(file: ElfFile, section: ElfSection) {
    this.#file = file
    this.#section = section
    this.#index = new WindowedBytes(sectionSource(file, section), false)
    this.#budget.allow(this.#index.size)
  }

  write(written: AddressRanges, writer: SymbolWriter): void {
    const { baseAddress } = this.#file
    const ranges = codeRanges(this.#file)
    const count = Math.floor(this.#index.size / entryBytes)
    let next = this.#startAt(0)
    for (let entry = 0; entry < count; entry++) {
      const start = next
      next = entry + 1 < count ? this.#startAt(entry + 1) : Number.POSITIVE_INFINITY
      const end = Math.min(next, endOfCode(ranges, start))
      // The linker sorts them; what it removed has no code.
      if (!(end > start) || !this.#readCodes(entry)) continue
      const rules = armUnwindRules(this.#codes.subarray(0, this.#codeBytes))
      if (rules !== undefined) written.gaps(start - baseAddress, end - baseAddress, (from, to) => writer.cfiInit(from, to - from, rules))
    }
  }

  #startAt(entry: number): number {
    const address = this.#pointer(this.#index, entry * entryBytes, this.#section.address)
    // The lowest bit says Thumb.
    return address - (address % 2)
  }

  /** Whether there is anything that tells of the stack. */
  #readCodes(entry: number): boolean {
    this.#codeBytes = 0
    const second = this.#word(this.#index, entry * entryBytes + 4)
    if (second === cannotUnwind) return false
    if (second >= 0x8000_0000) {
      // In place: three codes.
      if (second >>> 24 !== 0x80) return false
      this.#push(second, 3)
      return true
    }
    const address = this.#pointer(this.#index, entry * entryBytes + 4, this.#section.address)
    const section = this.#file.sections.find(
      (each) => address >= each.address && address + 4 <= each.address + each.size && each.address > 0,
    )
    if (section === undefined) return false
    const table = this.#tables.get(section) ?? new WindowedBytes(sectionSource(this.#file, section))
    this.#tables.set(section, table)
    return this.#readTable(table, address - section.address)
  }

  #readTable(table: WindowedBytes, offset: number): boolean {
    const first = this.#word(table, offset)
    let at = offset + 4
    let words: number
    if (first >= 0x8000_0000) {
      const kind = (first >>> 24) & 15
      if (kind >= ownPersonalities) return false
      words = kind === 0 ? 0 : (first >>> 16) & 255
      this.#push(first, kind === 0 ? 3 : 2)
    } else {
      // A language's own routine, C++'s among them; the codes stand behind its address.
      const head = this.#word(table, at)
      at += 4
      words = head >>> 24
      this.#push(head, 3)
    }
    if (at + words * 4 > table.size) return false
    for (; words > 0; words--, at += 4) this.#push(this.#word(table, at), 4)
    return true
  }

  /** The lowest bytes of a word, the highest of them first. */
  #push(word: number, bytes: number): void {
    this.#budget.spend(bytes)
    for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) this.#codes[this.#codeBytes++] = (word >>> shift) & 255
  }

  /** An address counted from its own place, in 31 bits. */
  #pointer(bytes: WindowedBytes, offset: number, sectionAddress: number): number {
    const distance = (this.#word(bytes, offset) << 1) >> 1
    return (sectionAddress + offset + distance) % 2 ** 32
  }

  #word(bytes: WindowedBytes, offset: number): number {
    const at = bytes.at(offset, 4)
    const [a = 0, b = 0, c = 0, d = 0] = bytes.bytes.subarray(at, at + 4)
    return (this.#file.littleEndian ? a | (b << 8) | (c << 16) | (d << 24) : d | (c << 8) | (b << 16) | (a << 24)) >>> 0
  }
}

/** The end of the section that an address lies in; 0: in none. */
function endOfCode(ranges: readonly number[], address: number): number {
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    const end = ranges[at + 1] ?? 0
    if (address >= (ranges[at] ?? 0) && address < end) return end
  }
  return 0
}
