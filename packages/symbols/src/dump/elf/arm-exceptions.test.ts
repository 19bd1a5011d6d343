import { expect, test } from 'vitest'
import { ByteWriter } from '../../../testing/byte-writer.ts'
import { synthArmExceptions, synthElf } from '../../../testing/synth-elf.ts'
import { bytesSource } from '../../byte-source.ts'
import { type DumpResult, dumpSymbols } from '../index.ts'

const arm = 40

function dumped(sections: Parameters<typeof synthElf>[0]['sections']): { frames: string[]; result: DumpResult } {
  const chunks: Uint8Array[] = []
  const result = dumpSymbols(bytesSource(synthElf({ machine: arm, sections })), (chunk) => chunks.push(chunk))
  const lines = Buffer.concat(chunks).toString().split('\n')
  return { frames: lines.filter((line) => line.startsWith('STACK')), result }
}

test('functions have the rules of the table, in place or beside it, each up to the next', () => {
  const { frames, result } = dumped(synthArmExceptions())
  expect(frames).toEqual([
    'STACK CFI INIT 1000 10 .cfa: sp 8 + .ra: .cfa -4 + ^ r7: .cfa -8 + ^',
    'STACK CFI INIT 1020 20 .cfa: r11 8 + .ra: .cfa -4 + ^ r11: .cfa -8 + ^',
    'STACK CFI INIT 1040 c0 .cfa: sp 24 + .ra: .cfa -4 + ^ r4: .cfa -8 + ^',
  ])
  expect(result.problems).toEqual([])
})

test('a table to which every entry refers is not read for ever', () => {
  const [index, table] = synthArmExceptions()
  if (index === undefined || table === undefined) throw new Error('There is no table.')
  const entries = new ByteWriter()
  const count = 10_000
  const at = (index.address ?? 0) + count * 8
  // Each function two bytes behind the one before; 255 words of codes for each.
  for (let entry = 0; entry < count; entry++) {
    const place = (index.address ?? 0) + entry * 8
    entries.u32((0x1000 + (entry % 0x80) * 2 - place) & 0x7fff_ffff).u32((at - place - 4) & 0x7fff_ffff)
  }
  const long = new ByteWriter().u32(0x81ff_0000)
  for (let word = 0; word < 255; word++) long.u32(0)
  const { result } = dumped([
    { ...index, bytes: entries.done() },
    { ...table, address: at, bytes: long.done() },
  ])
  expect(result.problems.map(({ code }) => code)).toEqual(['too_much_work'])
})
