import { Cursor } from '../cursor.ts'
import type { NameTable } from '../output/name-table.ts'
import * as dw from './constants.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { alternateBase, readForm, takeStep } from './forms.ts'
import { firstEntryBytes, maxForeignNames, maxForeignUnits, maxOriginSteps } from './limits.ts'
import { OffsetTable, unknownOffset } from './offset-table.ts'
import { openUnit, type Unit } from './unit.ts'
import type { UnitHeader } from './unit-header.ts'

/** Enough for the attributes of one entry; names in place can be long. */
const entryBytes = 16 * 1024

/**
 * Names of functions by where their entries stand: the linkage name, or the plain one, or that of the entry which is the origin. Names go to `into`.
 */
export class EntryNames {
  readonly #into: NameTable
  readonly #alternate: DwarfFile | undefined
  readonly #own = new OffsetTable()
  readonly #scratch: NameTable
  #unit: Unit | undefined
  readonly #foreignNames = new Map<number, number>()
  readonly #foreignUnits = new Map<number, Unit>()

  constructor(into: NameTable, scratch: NameTable, alternate: DwarfFile | undefined) {
    this.#into = into
    this.#scratch = scratch
    this.#alternate = alternate
  }

  /** Goes on to another unit. */
  enter(unit: Unit): void {
    if (this.#unit?.file !== unit.file) {
      this.#foreignNames.clear()
      this.#foreignUnits.clear()
    }
    this.#unit = unit
    this.#own.clear()
    if (this.#foreignUnits.size > maxForeignUnits) this.#foreignUnits.clear()
  }

  /** The name of the entry at an offset of the unit's section, or in dwz's file from `alternateBase` on. -1 where there is none. */
  at(offset: number, steps: number = 0): number {
    const unit = this.#unit
    if (unit === undefined || steps > maxOriginSteps) return -1
    if (offset >= unit.header.entriesOffset && offset < unit.header.end) {
      const inUnit = offset - unit.header.offset
      const known = this.#own.get(inUnit)
      if (known !== unknownOffset) return known
      const cursor = unit.cursor
      const name = this.#read(unit, new Cursor(cursor.bytes, offset - unit.base, cursor.end, cursor.littleEndian), steps)
      this.#own.set(inUnit, name)
      return name
    }
    if (offset < alternateBase) return this.#foreign(unit.file, offset, steps)
    return this.#alternate === undefined ? -1 : this.#foreign(this.#alternate, offset - alternateBase, steps)
  }

  /** The name that an entry's own attributes give, or its origin's. */
  of(
    unit: Unit,
    linkageForm: number,
    linkage: number,
    nameForm: number,
    name: number,
    origin: number,
    steps: number,
    bytes: Uint8Array,
  ): number {
    if (linkageForm !== 0) {
      const id = this.#string(unit, bytes, linkageForm, linkage)
      if (id >= 0) return id
    }
    if (nameForm !== 0) {
      const id = this.#string(unit, bytes, nameForm, name)
      if (id >= 0) return id
    }
    if (origin < 0) return -1
    if (origin >= alternateBase)
      return this.#alternate === undefined ? -1 : this.#foreign(this.#alternate, origin - alternateBase, steps + 1)
    return unit === this.#unit ? this.at(origin, steps + 1) : this.#foreign(unit.file, origin, steps + 1)
  }

  #string(unit: Unit, bytes: Uint8Array, form: number, value: number): number {
    return unit.file.addString(bytes, form, value, unit, unit.header, this.#alternate, this.#into)
  }

  /** The name of an entry of another unit or file. */
  #foreign(file: DwarfFile, offset: number, steps: number): number {
    if (steps > maxOriginSteps) return -1
    const key = file === this.#alternate ? offset + alternateBase : offset
    const known = this.#foreignNames.get(key)
    if (known !== undefined) return known
    const header = file.unitOf(offset)
    if (header === undefined) return -1
    const unit = this.#foreignUnit(file, header)
    const { cursor } = file.cursorAt('info', offset, entryBytes)
    const name = this.#read(unit, cursor, steps)
    if (this.#foreignNames.size >= maxForeignNames) this.#foreignNames.clear()
    this.#foreignNames.set(key, name)
    return name
  }

  #foreignUnit(file: DwarfFile, header: UnitHeader): Unit {
    const key = file === this.#alternate ? header.offset + alternateBase : header.offset
    let unit = this.#foreignUnits.get(key)
    if (unit === undefined) {
      unit = openUnit(file, header, this.#alternate, this.#scratch, undefined, firstEntryBytes)
      this.#foreignUnits.set(key, unit)
    }
    return unit
  }

  #read(unit: Unit, cursor: Cursor, steps: number): number {
    const { abbreviations, header } = unit
    const code = cursor.uleb()
    const { planNames, planForms } = abbreviations
    let linkageForm = 0
    let linkage = 0
    let nameForm = 0
    let name = 0
    let origin = -1
    for (let index = abbreviations.planStarts[code] ?? 0; index < (abbreviations.planEnds[code] ?? 0); index++) {
      const form = planForms[index] ?? 0
      const attribute = planNames[index] ?? 0
      if (attribute === 0) {
        takeStep(cursor, form, header)
        continue
      }
      const value = readForm(cursor, form, header, header.offset, 0)
      if (attribute === dw.atLinkageName || attribute === dw.atMipsLinkageName) {
        linkageForm = form
        linkage = value
      } else if (attribute === dw.atName) {
        nameForm = form
        name = value
      } else if (attribute === dw.atAbstractOrigin || attribute === dw.atSpecification) origin = form === dw.formRefSig8 ? -1 : value
    }
    return this.of(unit, linkageForm, linkage, nameForm, name, origin, steps, cursor.bytes)
  }
}
