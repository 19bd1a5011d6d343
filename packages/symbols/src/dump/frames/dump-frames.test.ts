import { expect, test } from 'vitest'
import { ByteWriter, counted } from '../../../testing/byte-writer.ts'
import { bytesSource } from '../../byte-source.ts'
import { SymbolWriter } from '../output/symbol-writer.ts'
import { Problems } from '../problem.ts'
import { dumpFrames } from './dump-frames.ts'

interface Frames {
  readonly cpu?: string
  readonly isEh?: boolean
  readonly common: readonly number[]
  readonly description: readonly number[]
  readonly size?: number
}

/** One common entry and one description of code at 0x1000, relative to itself. */
function written({ cpu = 'x86_64', isEh = true, common, description, size = 0x40 }: Frames): { lines: string[]; problems: string[] } {
  const entry = new ByteWriter()
    .u32(isEh ? 0 : 0xffff_ffff)
    .u8(1)
    .text(isEh ? 'zR' : '')
    .bytes(common)
  const section = new ByteWriter().bytes(counted(entry.align(4)))
  const body = new ByteWriter()
  if (isEh) {
    body.u32(section.length + 4)
    // Its own address is 8 bytes behind its start, in a section at 0x2000.
    body
      .u32(0x1000 - (0x2000 + section.length + 8))
      .u32(size)
      .u8(0)
  } else body.u32(0).u64(0x1000).u64(size)
  section.bytes(counted(body.bytes(description).align(4))).u32(0)
  const chunks: Uint8Array[] = []
  const writer = new SymbolWriter((chunk) => chunks.push(chunk))
  const problems = new Problems()
  const bases = { section: 0x2000 }
  const place = { littleEndian: true, addressSize: 8, bases, baseAddress: 0, codeRanges: [0x1000, 0x1100] } as const
  dumpFrames({ section: bytesSource(section.done()), isEh, cpu, ...place, problems }, writer)
  writer.flush()
  const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1)
  return { lines, problems: problems.all().map(({ code }) => code) }
}

/** Code and data alignment, return register, pointers relative to themselves in four bytes; then `instructions`. */
function amd64(...instructions: number[]): number[] {
  return [1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, ...instructions]
}

test('arm64 has its return address in a register until it is saved', () => {
  const { lines } = written({
    cpu: 'arm64',
    common: [4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0],
    description: [0x41, 0x0e, 16, 0x9d, 2, 0x9e, 1, 0x44, 0xde, 0xdd, 0x0e, 0],
  })
  expect(lines).toEqual([
    'STACK CFI INIT 1000 40 .cfa: sp 0 + .ra: x30',
    'STACK CFI 1004 .cfa: sp 16 + x29: .cfa -16 + ^ .ra: .cfa -8 + ^',
    'STACK CFI 1014 .cfa: sp 0 + x29: x29 .ra: x30',
  ])
})

test('riscv64 and .debug_frame', () => {
  const { lines } = written({
    cpu: 'riscv64',
    isEh: false,
    common: [1, 0x78, 1, 0x0c, 2, 0],
    description: [0x42, 0x0e, 16, 0x81, 1, 0x88, 2],
  })
  expect(lines).toEqual(['STACK CFI INIT 1000 40 .cfa: sp 0 + .ra: ra', 'STACK CFI 1002 .cfa: sp 16 + .ra: .cfa -8 + ^ s0: .cfa -16 + ^'])
})

test('saved states come back with all rules', () => {
  const { lines } = written({ common: amd64(), description: [0x41, 0x0e, 16, 0x86, 2, 0x0a, 0x41, 0x0c, 7, 8, 0xc6, 0x41, 0x0b] })
  expect(lines).toEqual([
    'STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: .cfa -8 + ^',
    'STACK CFI 1001 .cfa: $rsp 16 + $rbp: .cfa -16 + ^',
    'STACK CFI 1002 .cfa: $rsp 8 + $rbp: $rbp',
    'STACK CFI 1003 .cfa: $rsp 16 + $rbp: .cfa -16 + ^',
  ])
})

test('where a return address is told not to be known, the stack ends', () => {
  const { lines } = written({ common: amd64(), description: [0x07, 3, 0x07, 16, 0x44, 0x0e, 16] })
  expect(lines).toEqual(['STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: 0', 'STACK CFI 1004 .cfa: $rsp 16 +'])
})

test('a linkage table is spelled out', () => {
  const expression = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22]
  const { lines } = written({ common: amd64(), description: [0x46, 0x0e, 24, 0x4a, 0x0f, expression.length, ...expression], size: 0x30 })
  expect(lines).toEqual([
    'STACK CFI INIT 1000 30 .cfa: $rsp 8 + .ra: .cfa -8 + ^',
    'STACK CFI 1006 .cfa: $rsp 24 +',
    'STACK CFI 1010 .cfa: $rsp 8 +',
    'STACK CFI 101b .cfa: $rsp 16 +',
    'STACK CFI 1020 .cfa: $rsp 8 +',
    'STACK CFI 102b .cfa: $rsp 16 +',
  ])
})

test('expressions become rules, and what no rule can say ends the record', () => {
  const deref = written({ common: amd64(), description: [0x0f, 3, 0x77, 0xa0, 0x01, 0x10, 6, 2, 0x77, 0x78] })
  expect(deref.lines).toEqual(['STACK CFI INIT 1000 40 .cfa: $rsp 160 + .ra: .cfa -8 + ^ $rbp: $rsp -8 + ^'])
  const unknown = written({ common: amd64(), description: [0x44, 0x0f, 2, 0x50, 0x96] })
  expect(unknown.lines).toEqual(['STACK CFI INIT 1000 4 .cfa: $rsp 8 + .ra: .cfa -8 + ^'])
})

test('an unknown instruction ends the rules, not the file', () => {
  const { lines, problems } = written({ common: amd64(), description: [0x41, 0x0e, 16, 0x3c] })
  expect(lines).toEqual(['STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: .cfa -8 + ^', 'STACK CFI 1001 .cfa: $rsp 16 +'])
  expect(problems).toEqual(['bad_frame'])
})

test('a processor without names of registers gives nothing', () => {
  expect(written({ cpu: 's390x', common: amd64(), description: [] }).lines).toEqual([])
})
