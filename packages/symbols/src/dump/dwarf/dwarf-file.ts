import { Cursor } from '../cursor.ts'
import type { NameTable } from '../output/name-table.ts'
import { Doubles } from '../output/number-list.ts'
import { Damage } from '../problem.ts'
import { SequentialBytes, WindowedBytes } from '../window.ts'
import type { WorkBudget } from '../work-budget.ts'
import { type Abbreviations, readAbbreviations } from './abbreviations.ts'
import * as dw from './constants.ts'
import { isStringIndex, type UnitFormat } from './forms.ts'
import { maxAbbreviationBytes, maxCachedAbbreviations, maxStringBytes, maxUnits } from './limits.ts'
import type { DwarfSectionName, DwarfSections } from './sections.ts'
import { readUnitHeader, type UnitHeader } from './unit-header.ts'

/** Where a unit's indexes count from. */
export interface UnitBases {
  strOffsetsBase: number
}

/** The debug information of one file: its sections as bytes, strings, abbreviations, and which units there are. */
export class DwarfFile {
  readonly littleEndian: boolean
  readonly #sections: DwarfSections
  readonly #budget: WorkBudget
  readonly #opened = new Map<DwarfSectionName, WindowedBytes | undefined>()
  readonly #walked = new Map<DwarfSectionName, SequentialBytes>()
  readonly #abbreviations = new Map<string, Abbreviations>()
  #unitOffsets: Doubles | undefined
  #lastUnit: UnitHeader | undefined

  constructor(sections: DwarfSections, budget: WorkBudget) {
    this.#sections = sections
    this.#budget = budget
    this.littleEndian = sections.littleEndian
  }

  section(name: DwarfSectionName): WindowedBytes | undefined {
    if (this.#opened.has(name)) return this.#opened.get(name)
    const source = this.#sections.section(name)
    const bytes = source === undefined || source.size === 0 ? undefined : WindowedBytes.of(source, name === 'str' || name === 'line_str')
    this.#opened.set(name, bytes)
    if (source !== undefined) this.#budget.allow(source.size)
    return bytes
  }

  /** A cursor at an offset, over at least `length` bytes where there are so many. */
  cursorAt(name: DwarfSectionName, offset: number, length: number): { cursor: Cursor; base: number } {
    const section = this.section(name)
    if (section === undefined || offset < 0 || offset >= section.size) {
      throw new Damage('bad_offset', `The debug information points outside .debug_${name}.`)
    }
    const at = section.at(offset, length)
    return { cursor: new Cursor(section.bytes, at, section.bytes.length, this.littleEndian), base: section.base }
  }

  /** The same for the one who goes through all units: the cursor's bytes are others after the next call for this section. */
  walkedAt(name: 'info' | 'line', offset: number, length: number): { cursor: Cursor; base: number } {
    const section = this.section(name)
    if (section === undefined || offset < 0 || offset >= section.size) return this.cursorAt(name, offset, length)
    let walked = this.#walked.get(name)
    if (walked === undefined) {
      walked = new SequentialBytes(section.source)
      this.#walked.set(name, walked)
    }
    const at = walked.at(offset, length)
    return { cursor: new Cursor(walked.bytes, at, walked.bytes.length, this.littleEndian), base: walked.base }
  }

  abbreviations(offset: number, format: UnitFormat): Abbreviations {
    const key = `${offset} ${format.version} ${format.addressSize} ${format.offsetSize}`
    let table = this.#abbreviations.get(key)
    if (table !== undefined) return table
    const { cursor } = this.cursorAt('abbrev', offset, maxAbbreviationBytes)
    const start = cursor.position
    table = readAbbreviations(cursor, format)
    this.#budget.spend(cursor.position - start)
    if (this.#abbreviations.size >= maxCachedAbbreviations) this.#abbreviations.clear()
    this.#abbreviations.set(key, table)
    return table
  }

  /** Adds a string value to a table of names. -1 where it is none. `infoBytes` are those in which a string in place stands. */
  addString(
    infoBytes: Uint8Array,
    form: number,
    value: number,
    bases: UnitBases,
    unit: UnitFormat,
    alternate: DwarfFile | undefined,
    names: NameTable,
  ): number {
    if (form === dw.formString) {
      const end = infoBytes.indexOf(0, value)
      if (end < 0 || end - value > maxStringBytes) return -1
      this.#budget.spend(end - value)
      return names.addBytes(infoBytes, value, end)
    }
    if (form === dw.formStrp) return this.#addStringAt('str', value, names)
    if (form === dw.formLineStrp) return this.#addStringAt('line_str', value, names)
    if (form === dw.formGnuStrpAlt || form === dw.formStrpSup)
      return alternate === undefined ? -1 : alternate.#addStringAt('str', value, names)
    if (!isStringIndex(form)) return -1
    const offsets = this.section('str_offsets')
    const offset = bases.strOffsetsBase + value * unit.offsetSize
    if (offsets === undefined || offset + unit.offsetSize > offsets.size) return -1
    const at = offsets.at(offset, unit.offsetSize)
    const cursor = new Cursor(offsets.bytes, at, offsets.bytes.length, this.littleEndian)
    return this.#addStringAt('str', cursor.offset(unit.offsetSize), names)
  }

  #addStringAt(name: 'str' | 'line_str', offset: number, names: NameTable): number {
    const section = this.section(name)
    if (section === undefined || offset < 0 || offset >= section.size) return -1
    for (let length = 1024; ; length *= 16) {
      const at = section.at(offset, length)
      const end = section.bytes.indexOf(0, at)
      if (end >= 0) {
        if (end - at > maxStringBytes) return -1
        this.#budget.spend(end - at)
        return names.addBytes(section.bytes, at, end)
      }
      if (offset + length >= section.size || length > maxStringBytes) return -1
    }
  }

  /** Offsets of all units, by reading each header. Stops at a header that is damaged. */
  unitOffsets(): Doubles {
    if (this.#unitOffsets !== undefined) return this.#unitOffsets
    const offsets = new Doubles()
    this.#unitOffsets = offsets
    const info = this.section('info')
    if (info === undefined) return offsets
    for (let offset = 0; offset < info.size; ) {
      if (offsets.length >= maxUnits) throw new Damage('too_many_units', 'The debug information has more units than the limit.')
      const { cursor, base } = this.cursorAt('info', offset, 64)
      const { end } = readUnitHeader(cursor, base, info.size)
      offsets.push(offset)
      offset = end
    }
    return offsets
  }

  header(offset: number): UnitHeader {
    const { cursor, base } = this.cursorAt('info', offset, 64)
    return readUnitHeader(cursor, base, this.section('info')?.size ?? 0)
  }

  /** The same for the one who goes through all units. */
  walkedHeader(offset: number): UnitHeader {
    const { cursor, base } = this.walkedAt('info', offset, 64)
    return readUnitHeader(cursor, base, this.section('info')?.size ?? 0)
  }

  /** Gives back what was read. Nothing that came from here, and no name of a file that was not asked for yet, may be used any more. */
  release(): void {
    for (const section of this.#opened.values()) section?.release()
    for (const section of this.#walked.values()) section.release()
  }

  /** The unit in which an entry stands. */
  unitOf(entry: number): UnitHeader | undefined {
    const last = this.#lastUnit
    if (last !== undefined && entry >= last.entriesOffset && entry < last.end) return last
    const offsets = this.unitOffsets()
    let [low, high] = [0, offsets.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (offsets.at(middle) <= entry) low = middle + 1
      else high = middle
    }
    if (low === 0) return undefined
    const unit = this.header(offsets.at(low - 1))
    if (entry < unit.entriesOffset || entry >= unit.end) return undefined
    this.#lastUnit = unit
    return unit
  }
}
