import { expect, test } from 'vitest'
import { bytesSource } from '../../byte-source.ts'
import { Cursor } from '../cursor.ts'
import { NameTable } from '../output/name-table.ts'
import { WorkBudget } from '../work-budget.ts'
import { DwarfFile } from './dwarf-file.ts'
import { readLineHeader } from './line-header.ts'
import { runLineProgram } from './line-program.ts'
import { LineRows } from './line-rows.ts'
import { openUnit } from './unit.ts'

const text = (name: string): number[] => [...new TextEncoder().encode(name), 0]
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255)

/** What stands in the head of a line program behind the operations' operands. */
type Tables = { readonly version: number; readonly bytes: readonly number[] }

/** No folder, and one file. */
const oneFile: Tables = { version: 3, bytes: [0, ...text('a.c'), 0, 0, 0, 0] }

/** Runs a program of a unit that was compiled in `directory`. */
function run(
  operations: readonly number[],
  tables: Tables = oneFile,
  directory: string = '',
): { rows: LineRows; fileOf: (number: number) => string } {
  const files = new NameTable()
  const budget = new WorkBudget()
  // A unit of version 4 whose only entry has nothing but its folder.
  const entry = [1, ...text(directory)]
  const sections: Record<string, number[]> = {
    info: [...u32(7 + entry.length), 4, 0, ...u32(0), 8, ...entry],
    abbrev: [1, 0x11, 0, 0x1b, 8, 0, 0, 0],
  }
  const section = (name: string) => (sections[name] === undefined ? undefined : bytesSource(Uint8Array.from(sections[name])))
  const file = new DwarfFile({ littleEndian: true, section }, budget)
  const unit = openUnit(file, file.header(0), undefined, new NameTable())
  const { version } = tables
  const afterLength = [1, ...(version >= 4 ? [1] : []), 1, 0xfb, 14, 10, 0, 1, 1, 1, 1, 0, 0, 0, 1, ...tables.bytes]
  const body = [version, 0, ...(version >= 5 ? [8, 0] : []), ...u32(afterLength.length), ...afterLength, ...operations]
  const bytes = Uint8Array.from([...u32(body.length), ...body])
  const cursor = new Cursor(bytes, 0, bytes.length, true)
  const header = readLineHeader(cursor, unit, files, (_, at) => new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at))))
  const rows = new LineRows()
  runLineProgram(cursor, header, () => true, rows, budget)
  rows.sort()
  return { rows, fileOf: (number) => files.get(header.files.id(number)) }
}

const address = (value: number): number[] => [0, 9, 2, ...u32(value), ...u32(0)]
const copy = 1
const advance = (bytes: number): number[] => [2, bytes]
const line = (difference: number): number[] => [3, difference]
const endSequence = [0, 1, 1]

test('a file may be defined in the midst of a program', () => {
  const { rows, fileOf } = run([
    ...address(0x1000),
    copy,
    0,
    8,
    3,
    ...text('b.c'),
    0,
    0,
    0,
    4,
    2,
    ...advance(4),
    copy,
    ...advance(4),
    ...endSequence,
  ])
  expect([rows.files.at(0), rows.files.at(1)].map(fileOf)).toEqual(['a.c', 'b.c'])
})

test('of sequences in one place, which linkers leave of equal functions, the first counts', () => {
  const sequence = (start: number, of: number) => [...address(start), ...line(of), copy, ...advance(8), ...endSequence]
  const { rows } = run([...sequence(0x1000, 1), ...sequence(0x2000, 10), ...sequence(0x2000, 20), ...sequence(0x3000, 30)])
  const lineAt = (at: number) => rows.lines.at(rows.rowAt(rows.sequenceAt(at), at))
  expect([0x1000, 0x2000, 0x2004, 0x3004].map(lineAt)).toEqual([2, 11, 11, 31])
  expect(rows.sequenceAt(0x10)).toBe(0)
})

test('the folder of a unit, where it is relative, stands once in paths of version 5, of which it is folder 0', () => {
  const [path, directoryIndex, string, data1] = [1, 2, 8, 0x0b]
  const folders = [1, path, string, 2, ...text('./src'), ...text('inc')]
  const files = [2, path, string, directoryIndex, data1, 2, ...text('a.c'), 0, ...text('b.h'), 1]
  const { fileOf } = run([], { version: 5, bytes: [...folders, ...files] }, './src')
  expect([0, 1].map(fileOf)).toEqual(['src/a.c', 'src/inc/b.h'])
})
