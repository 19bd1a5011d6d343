import type { Cursor } from '../cursor.ts'
import type { NameTable } from '../output/name-table.ts'
import { Damage } from '../problem.ts'
import * as dw from './constants.ts'
import { readForm, type UnitFormat } from './forms.ts'
import { joinPath } from './join-path.ts'
import type { Unit } from './unit.ts'

const contentPath = 1
const contentDirectory = 2
/** Five kinds of content exist. */
const maxFormats = 64

/** The head of a line program: how to run it, and its files. */
export interface LineHeader {
  readonly format: UnitFormat
  readonly minimumInstructionLength: number
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  /** Operands of the standard operations, by number. */
  readonly operandCounts: Uint8Array
  /** Index in the cursor's bytes, where the program begins and ends. */
  readonly programStart: number
  readonly programEnd: number
  readonly files: LineFiles
}

/** The files of one line program; a path is put together when a row first names it. */
export class LineFiles {
  readonly #unit: Unit
  readonly #files: NameTable
  readonly #texts: (form: number, value: number) => string
  readonly #directoryForms: number[] = []
  readonly #directoryValues: number[] = []
  readonly #nameForms: number[] = []
  readonly #nameValues: number[] = []
  readonly #nameDirectories: number[] = []
  readonly #ids: number[] = []
  readonly #first: number

  constructor(unit: Unit, files: NameTable, texts: (form: number, value: number) => string, version: number) {
    this.#unit = unit
    this.#files = files
    this.#texts = texts
    this.#first = version >= 5 ? 0 : 1
  }

  addDirectory(form: number, value: number): void {
    this.#directoryForms.push(form)
    this.#directoryValues.push(value)
  }

  /** An entry of the old tables, which programs may have in their midst, too. */
  define(cursor: Cursor): void {
    const name = cursor.skipString()
    this.addFile(dw.formString, name, cursor.uleb())
    cursor.skipLeb()
    cursor.skipLeb()
  }

  addFile(form: number, value: number, directory: number): void {
    this.#nameForms.push(form)
    this.#nameValues.push(value)
    this.#nameDirectories.push(directory)
    this.#ids.push(-1)
  }

  /** The number (in the records) of a file by its number in the program. An unknown one is the unit itself. */
  id(number: number): number {
    const index = number - this.#first
    if (index < 0 || index >= this.#ids.length) return this.#files.add(joinPath(this.#unit.directory, this.#unit.name))
    let id = this.#ids[index] ?? 0
    if (id < 0) {
      id = this.#files.add(this.#path(index))
      this.#ids[index] = id
    }
    return id
  }

  #path(index: number): string {
    const name = this.#texts(this.#nameForms[index] ?? 0, this.#nameValues[index] ?? 0)
    const number = this.#nameDirectories[index] ?? 0
    // Directory 0 is that of the unit; version 5 lists it, older ones do not.
    const listed = this.#first === 0 ? number : number - 1
    if (listed < 0 || listed >= this.#directoryForms.length) return joinPath(this.#unit.directory, name)
    const directory = this.#texts(this.#directoryForms[listed] ?? 0, this.#directoryValues[listed] ?? 0)
    // A relative folder of the unit (-ffile-prefix-map, as distributions build) would stand there twice.
    return number === 0 ? joinPath(directory, name) : joinPath(joinPath(this.#unit.directory, directory), name)
  }
}

/** Reads the head at the cursor. `texts` gives the text of a string value; what stands in place is an index in the cursor's bytes. */
export function readLineHeader(cursor: Cursor, unit: Unit, files: NameTable, texts: (form: number, value: number) => string): LineHeader {
  let length = cursor.u32()
  let offsetSize: 4 | 8 = 4
  if (length === 0xffff_ffff) {
    offsetSize = 8
    length = cursor.u64()
  }
  const programEnd = Math.min(cursor.position + length, cursor.end)
  const version = cursor.u16()
  if (version < 2 || version > 5) throw new Damage('bad_lines', `A line program has the unknown version ${version}.`)
  let { addressSize } = unit.header
  if (version >= 5) {
    addressSize = cursor.u8()
    cursor.u8()
  }
  const format = { version, addressSize, offsetSize }
  const headerLength = cursor.offset(offsetSize)
  const programStart = cursor.position + headerLength
  const minimumInstructionLength = cursor.u8()
  if (version >= 4) cursor.u8()
  cursor.u8()
  const [lineBase, lineRange, opcodeBase] = [cursor.i8(), cursor.u8(), cursor.u8()]
  if (lineRange === 0 || opcodeBase === 0) throw new Damage('bad_lines', 'The head of a line program is damaged.')
  const countsAt = cursor.skip(opcodeBase - 1)
  const operandCounts = new Uint8Array(opcodeBase)
  operandCounts.set(cursor.bytes.subarray(countsAt, countsAt + opcodeBase - 1), 1)
  const lineFiles = new LineFiles(unit, files, texts, version)
  if (version >= 5) {
    readEntries(cursor, format, (form, value) => lineFiles.addDirectory(form, value))
    readEntries(cursor, format, (form, value, directory) => lineFiles.addFile(form, value, directory))
  } else readOldTables(cursor, lineFiles)
  return { format, minimumInstructionLength, lineBase, lineRange, opcodeBase, operandCounts, programStart, programEnd, files: lineFiles }
}

function readOldTables(cursor: Cursor, files: LineFiles): void {
  while (cursor.bytes[cursor.position] !== 0) files.addDirectory(dw.formString, cursor.skipString())
  cursor.skip(1)
  while (cursor.bytes[cursor.position] !== 0) files.define(cursor)
  cursor.skip(1)
}

function readEntries(cursor: Cursor, format: UnitFormat, add: (form: number, value: number, directory: number) => void): void {
  const formatCount = cursor.u8()
  if (formatCount > maxFormats) throw new Damage('bad_lines', 'The head of a line program is damaged.')
  const contents: number[] = []
  for (let index = 0; index < formatCount * 2; index++) contents.push(cursor.uleb())
  const count = cursor.uleb()
  // An entry without bytes could be repeated for ever.
  if (count > cursor.end - cursor.position) throw new Damage('bad_lines', 'The head of a line program is damaged.')
  for (let entry = 0; entry < count; entry++) {
    let [form, value, directory] = [0, 0, 0]
    for (let index = 0; index < contents.length; index += 2) {
      const contentForm = contents[index + 1] ?? 0
      const read = readForm(cursor, contentForm, format, 0, 0)
      if (contents[index] === contentPath) [form, value] = [contentForm, read]
      else if (contents[index] === contentDirectory) directory = read
    }
    add(form, value, directory)
  }
}
