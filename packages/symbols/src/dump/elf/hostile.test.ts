import { expect, test } from 'vitest'
import { cpuMs } from '../../../../../test/harness/cpu-time.ts'
import { ByteWriter, counted } from '../../../testing/byte-writer.ts'
import { type SynthSection, synthDwarf, synthElf, synthSymbols } from '../../../testing/synth-elf.ts'
import { bytesSource } from '../../byte-source.ts'
import { type DumpResult, dumpSymbols } from '../index.ts'

// Each of these small files asks for work that would take minutes or gigabytes.

const maxMs = 5000

function dumpedInTime(
  sections: readonly SynthSection[],
  options: { decompress?: (kind: string, bytes: Uint8Array, size: number) => Uint8Array } = {},
): DumpResult {
  const results: DumpResult[] = []
  const tookMs = cpuMs(() => results.push(dumpSymbols(bytesSource(synthElf({ sections })), () => undefined, options)))
  expect(tookMs).toBeLessThan(maxMs)
  const [result] = results
  if (result === undefined) throw new Error('There is no result.')
  return result
}

function codes({ problems }: DumpResult): string[] {
  return [...new Set(problems.map(({ code }) => code))]
}

/** The debug information of `synthDwarf` with entries in one unit, and other sections where they are given. */
function dwarf(entries: ByteWriter, others: Readonly<Record<string, Uint8Array>> = {}): SynthSection[] {
  const unit = new ByteWriter().uleb(1).text('a.c').text('/src').u32(0).u64(0).bytes(entries.done()).u8(0)
  const info = counted(new ByteWriter().u16(4).u32(0).u8(8).bytes(unit.done()))
  const changed: Readonly<Record<string, Uint8Array>> = { '.debug_info': info, ...others }
  return synthDwarf().map((section) => ({ ...section, bytes: changed[section.name] ?? section.bytes }))
}

test('thousands of functions that name one endless list of ranges', () => {
  const ranges = new ByteWriter()
  for (let index = 0; index < 20_000; index++) ranges.u64(0x1000).u64(0x1010)
  const entries = new ByteWriter()
  for (let index = 0; index < 10_000; index++) entries.uleb(5).text('f').u32(0)
  expect(codes(dumpedInTime(dwarf(entries, { '.debug_ranges': ranges.u64(0).u64(0).done() })))).toEqual(['too_much_work'])
})

test('thousands of functions that claim the same lines', () => {
  const program = new ByteWriter().u8(0).uleb(9).u8(2).u64(0x1000)
  for (let index = 0; index < 20_000; index++) program.u8(0x21, 0x1f)
  program.u8(2).uleb(1).u8(0, 1, 1)
  const tables = new ByteWriter().u8(1, 1, 1, 0xfb, 14, 13).u8(0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1).u8(0).text('a.c').uleb(0, 0, 0).u8(0)
  const lines = counted(new ByteWriter().u16(4).u32(tables.length).bytes(tables.done()).bytes(program.done()))
  const entries = new ByteWriter()
  for (let index = 0; index < 10_000; index++) entries.uleb(3).text('f').u64(0x1000).u32(0x20000).u8(0)
  const sections = dwarf(entries, { '.debug_line': lines })
  expect(codes(dumpedInTime(sections))).toEqual(['too_much_work'])
})

test('symbols that share one name without an end', () => {
  const long = 'x'.repeat(150_000)
  const [table, strings] = synthSymbols(3, [{ name: long, address: 0x1000, size: 1 }])
  if (table === undefined || strings === undefined) throw new Error('There is no symbol table.')
  const one = [...table.bytes.subarray(24)]
  const many = Uint8Array.from(Array.from({ length: 3000 }, () => one).flat())
  expect(codes(dumpedInTime([{ ...table, bytes: many }, strings]))).toEqual(['too_much_work'])
})

test('entries nested without an end', () => {
  const entries = new ByteWriter()
  for (let index = 0; index < 100_000; index++) entries.uleb(6).text('S')
  expect(codes(dumpedInTime(dwarf(entries)))).toEqual(['too_deep'])
})

test('an origin that names itself has no name', () => {
  // The inlined call stands at offset 0x26 of its unit, and names that.
  const before = new ByteWriter().uleb(3).text('f').u64(0x1000).u32(0x40)
  const at = 11 + new ByteWriter().uleb(1).text('a.c').text('/src').u32(0).u64(0).length + before.length
  const entries = before.uleb(4).u32(at).u64(0x1010).u32(0x10).u8(1, 12).u8(0)
  expect(dumpedInTime(dwarf(entries)).counts).toMatchObject({ functions: 1, inlines: 1 })
})

test('a section that says it becomes a gigabyte is not decompressed', () => {
  const compressed = new ByteWriter()
    .u32(1)
    .u32(0)
    .u64(2 ** 30)
    .u64(1)
    .bytes(new Uint8Array(100))
    .done()
  const decompress = () => {
    throw new Error('It was decompressed.')
  }
  const result = dumpedInTime([{ name: '.debug_info', flags: 0x800, bytes: compressed }], { decompress })
  expect(codes(result)).toEqual(['too_large_section'])
})
