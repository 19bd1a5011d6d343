import { NameTable } from '../output/name-table.ts'
import { Damage } from '../problem.ts'
import { WorkBudget } from '../work-budget.ts'
import { codeTest } from './code-ranges.ts'
import { DwarfFile } from './dwarf-file.ts'
import { EntryNames } from './entry-names.ts'
import { firstEntryBytes } from './limits.ts'
import { type LineFiles, readLineHeader } from './line-header.ts'
import { LineJoiner } from './line-joiner.ts'
import { runLineProgram } from './line-program.ts'
import { LineRows } from './line-rows.ts'
import { addOutermostLines } from './outermost-lines.ts'
import type { DwarfInput } from './sections.ts'
import { openUnit, type Unit } from './unit.ts'
import type { UnitHeader } from './unit-header.ts'
import { type FoundFunction, UnitWalker } from './walk-unit.ts'
import { addInlines, addLines, type UnitLines } from './write-function.ts'

/** What a function's record weighs against a byte that is looked at. */
const stepsPerFunction = 16

/** Reads all units and adds their functions, with lines and inlined calls, to the records. Damage costs one unit and is listed. */
export function dumpDwarf(input: DwarfInput): void {
  new DwarfDump(input).run()
}

class DwarfDump {
  readonly #input: DwarfInput
  readonly #file: DwarfFile
  readonly #alternate: DwarfFile | undefined
  readonly #isCode: (address: number) => boolean
  readonly #functionNames: EntryNames
  readonly #originNames: EntryNames
  readonly #scratch = new NameTable()
  readonly #walker: UnitWalker
  readonly #rows = new LineRows()
  readonly #budget = new WorkBudget()
  readonly #joiner: LineJoiner
  /** Line programs of units with functions: dwz makes parts of units that name the same. */
  readonly #toldLines = new Set<number>()
  readonly #withoutFunctions: UnitHeader[] = []
  #files: LineFiles | undefined
  #functions = 0

  constructor(input: DwarfInput) {
    const { records, sections, alternate } = input
    this.#input = input
    this.#file = new DwarfFile(sections, this.#budget)
    this.#alternate = alternate === undefined ? undefined : new DwarfFile(alternate, this.#budget)
    this.#joiner = new LineJoiner(records, input.baseAddress)
    this.#isCode = codeTest(input.codeRanges)
    this.#functionNames = new EntryNames(records.names, this.#scratch, this.#alternate)
    this.#originNames = new EntryNames(records.origins, this.#scratch, this.#alternate)
    this.#walker = new UnitWalker({ budget: this.#budget, isCode: this.#isCode, symbolSize: input.symbolSize }, (unit, found) =>
      this.#add(unit, found),
    )
  }

  run(): void {
    const { problems } = this.#input
    const info = this.#file.section('info')
    if (info === undefined) return
    for (let offset = 0; offset < info.size; ) {
      const header = problems.guard(() => this.#file.walkedHeader(offset))
      if (header === undefined) return
      if (!header.isTypes) problems.guard(() => this.#unit(openUnit(this.#file, header, this.#alternate, this.#scratch)))
      else if (header.version < 2 || header.version > 5) problems.add('unknown_version', `Units of DWARF ${header.version} are unknown.`)
      offset = header.end
    }
    for (const header of this.#withoutFunctions) problems.guard(() => this.#addAssembly(header))
    this.#file.release()
  }

  #addAssembly(header: UnitHeader): void {
    const unit = openUnit(this.#file, header, this.#alternate, this.#scratch, undefined, firstEntryBytes)
    if (this.#toldLines.has(unit.lineOffset)) return
    this.#toldLines.add(unit.lineOffset)
    this.#readLines(unit)
    this.#addSymbolsWithLines()
  }

  #unit(unit: Unit): void {
    this.#readLines(unit)
    this.#functions = 0
    const { split, problems } = this.#input
    if (unit.dwoName === '' || unit.dwoId === undefined) this.#walk(unit)
    else {
      const sections = split?.({ name: unit.dwoName, directory: unit.directory, id: unit.dwoId })
      if (sections === undefined) problems.add('missing_split_unit', 'Units of -gsplit-dwarf (.dwo or .dwp files) were not found.')
      else this.#splitUnit(new DwarfFile(sections, this.#budget), unit)
    }
    if (this.#functions > 0) this.#toldLines.add(unit.lineOffset)
    else if (this.#rows.sequenceCount > 0) this.#withoutFunctions.push(unit.header)
  }

  #splitUnit(file: DwarfFile, skeleton: Unit): void {
    const offsets = file.unitOffsets()
    for (let index = 0; index < offsets.length; index++) {
      const header = file.header(offsets.at(index))
      if (header.isTypes) continue
      const unit = openUnit(file, header, this.#alternate, this.#scratch, skeleton)
      if (unit.dwoId === skeleton.dwoId) this.#walk(unit)
    }
  }

  #walk(unit: Unit): void {
    this.#functionNames.enter(unit)
    this.#originNames.enter(unit)
    this.#walker.walk(unit)
  }

  #readLines(unit: Unit): void {
    this.#rows.clear()
    this.#files = undefined
    if (unit.lineOffset >= 0) this.#input.problems.guard(() => this.#runLines(unit))
    this.#rows.sort()
  }

  #runLines(unit: Unit): void {
    const { cursor: start } = this.#file.walkedAt('line', unit.lineOffset, 16)
    const length = start.u32()
    const whole = length === 0xffff_ffff ? start.u64() + 12 : length + 4
    const { cursor } = this.#file.walkedAt('line', unit.lineOffset, whole)
    const bytes = cursor.bytes
    const scratch = this.#scratch
    const header = readLineHeader(cursor, unit, this.#input.records.files, (form, value) => {
      const id = this.#file.addString(bytes, form, value, unit, unit.header, this.#alternate, scratch)
      return id < 0 ? '' : scratch.get(id)
    })
    this.#files = header.files
    runLineProgram(cursor, header, this.#isCode, this.#rows, this.#budget)
  }

  #add(unit: Unit, found: FoundFunction): void {
    this.#functions++
    const { records, symbolName, inlines, baseAddress } = this.#input
    const { ranges } = found
    const own = this.#functionNames.of(
      unit,
      found.linkageForm,
      found.linkage,
      found.nameForm,
      found.name,
      found.origin,
      0,
      unit.cursor.bytes,
    )
    const name = symbolName === undefined ? own : nonNegative(symbolName(ranges.at(0), own), own)
    const lines = this.#lines()
    for (let index = 0; index < ranges.length; index += 2) {
      const [start, end] = [ranges.at(index), ranges.at(index + 1)]
      if (end - start > 0xffff_ffff) throw new Damage('bad_range', 'A function of the debug information has an impossible size.')
      this.#budget.spend(stepsPerFunction)
      const part = symbolName === undefined || index === 0 ? name : nonNegative(symbolName(start, name), name)
      records.addFunction(start - baseAddress, end - start, part >= 0 ? part : records.names.add(''))
      if (inlines) {
        addInlines(records, found, start, end, baseAddress, lines, (offset) =>
          nonNegative(this.#originNames.at(offset), -1, records.origins),
        )
        addLines(this.#joiner, start, end, lines)
      } else addOutermostLines(this.#joiner, found, start, end, lines)
      this.#joiner.flush()
    }
  }

  #lines(): UnitLines {
    return { rows: this.#rows, files: this.#files, budget: this.#budget }
  }

  /** Assembly often has lines, but no functions; its symbols have names. */
  #addSymbolsWithLines(): void {
    const { records, symbolsIn, baseAddress } = this.#input
    const rows = this.#rows
    if (symbolsIn === undefined) return
    for (let sequence = 0; sequence < rows.sequenceCount; sequence++) {
      const from = rows.addresses.at(rows.firstRow(sequence))
      const to = rows.addresses.at(rows.lastRow(sequence))
      symbolsIn(from, to, (start, size, name) => {
        this.#budget.spend(1)
        records.addFunction(start - baseAddress, size, name)
        addLines(this.#joiner, start, start + size, this.#lines())
        this.#joiner.flush()
      })
    }
  }
}

function nonNegative(id: number, otherwise: number, names?: NameTable): number {
  if (id >= 0) return id
  return names === undefined ? otherwise : names.add('')
}
