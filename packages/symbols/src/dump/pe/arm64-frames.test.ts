import { expect, test } from 'vitest'
import { u32 } from '../../../testing/synth-pdb.ts'
import { dataRva, synthPe } from '../../../testing/synth-pe.ts'
import { bytesSource } from '../../byte-source.ts'
import { dumpSymbols } from '../index.ts'
import { Problems } from '../problem.ts'
import { frameSteps } from './arm64-frames.ts'
import { type Arm64UnwindInfo, readArm64UnwindInfo } from './arm64-unwind-info.ts'
import { readPe } from './read-pe.ts'

function unwind(data: number[], entry = dataRva): Arm64UnwindInfo | undefined {
  const pe = readPe(bytesSource(synthPe({ machine: 0xaa64, data })), new Problems())
  if (pe === undefined) throw new Error('no PE')
  return readArm64UnwindInfo(pe, entry)
}

function steps(info: Arm64UnwindInfo | undefined): string[] {
  return info === undefined
    ? ['damaged']
    : frameSteps(info).map(({ offset, rules }) => `${offset} ${[...rules].map(([name, rule]) => `${name}: ${rule}`).join(' ')}`)
}

/** A record without epilogues of its own: length in instructions, one word of codes per four bytes. */
function record(length: number, codes: number[]): number[] {
  const padded = [...codes, ...new Array<number>((4 - (codes.length % 4)) % 4).fill(0xe3)]
  return [...u32(length | ((padded.length / 4) << 27)), ...padded]
}

test('a packed function with a chain of frames', () => {
  // 10 instructions, two integer registers, chained frame of 48 bytes.
  const packed = 1 | (10 << 2) | (2 << 16) | (3 << 21) | (3 << 23)
  expect(steps(unwind([], packed))).toEqual([
    '0 .cfa: sp 0 + .ra: x30',
    '4 .cfa: sp 16 + x19: .cfa -16 + ^ x20: .cfa -8 + ^',
    '8 .cfa: sp 48 + x29: .cfa -48 + ^ .ra: .cfa -40 + ^',
    '12 .cfa: x29 48 +',
    '32 .cfa: sp 16 + .ra: x30 x29: x29',
    '36 .cfa: sp 0 + x19: x19 x20: x20',
  ])
})

test('a packed part of a function has its whole prologue behind it', () => {
  const packed = 2 | (10 << 2) | (2 << 16) | (3 << 21) | (3 << 23)
  expect(steps(unwind([], packed))).toEqual(['0 .cfa: x29 48 + x29: .cfa -48 + ^ x19: .cfa -16 + ^ x20: .cfa -8 + ^ .ra: .cfa -40 + ^'])
})

test('every code of a record that moves the stack pointer or saves a register', () => {
  const codes = [0xe1, 0x41, 0x02, 0xd2, 0x41, 0xd6, 0x82, 0xe6, 0xc9, 0x04, 0x24, 0xc0, 0x10, 0xe4]
  expect(steps(unwind(record(40, codes))).slice(0, 10)).toEqual([
    '0 .cfa: sp 0 + .ra: x30',
    '4 .cfa: sp 256 +',
    '8 .cfa: sp 288 + x19: .cfa -288 + ^ x20: .cfa -280 + ^',
    '12 x23: .cfa -256 + ^ x24: .cfa -248 + ^',
    '16 x25: .cfa -240 + ^ x26: .cfa -232 + ^',
    // What was saved first is read back last.
    '20 .ra: .cfa -264 + ^',
    '24 x28: .cfa -280 + ^',
    '28 .cfa: sp 320 +',
    '32 x29: .cfa -312 + ^',
    '36 .cfa: x29 320 +',
  ])
})

test('an epilogue in the middle, after which the body goes on', () => {
  const scope = 5 | (2 << 22)
  // sub sp, #16 / add sp, #16
  const data = [...u32(12 | (1 << 22) | (1 << 27)), ...u32(scope), 0x01, 0xe4, 0x01, 0xe4]
  expect(steps(unwind(data))).toEqual(['0 .cfa: sp 0 + .ra: x30', '4 .cfa: sp 16 +', '24 .cfa: sp 0 +', '28 .cfa: sp 16 +'])
})

test('large records have their counts in a word of their own, and a large allocation has three bytes', () => {
  const data = [...u32(64), ...u32(2 << 16), 0xe0, 0x01, 0x02, 0x03, 0xe4, 0xe3, 0xe3, 0xe3]
  expect(steps(unwind(data))).toEqual(['0 .cfa: sp 0 + .ra: x30', `4 .cfa: sp ${0x10203 * 16} +`])
})

test('frames of the system are left out; unknown codes and versions are damage', () => {
  expect(steps(unwind(record(8, [0xe9, 0xe4])))).toEqual([])
  expect(steps(unwind(record(8, [0xf8, 0xe4])))).toEqual(['damaged'])
  expect(steps(unwind([...u32(8 | (1 << 18))]))).toEqual(['damaged'])
  expect(steps(unwind([], 3))).toEqual(['damaged'])
})

test('a table whose entries all point into one large record comes to an end', () => {
  const codes = Array.from({ length: 1000 }, () => 0x01)
  const scopes = Array.from({ length: 500 }, (_, index) => u32((1000 + index * 8) | (0 << 22))).flat()
  const large = [...u32(0x3ffff), ...u32(500 | (250 << 16)), ...scopes, ...codes]
  const entries = Array.from({ length: 3000 }, (_, index) => [...u32(0x1000 + index * 4), ...u32(dataRva + 24_000)]).flat()
  const file = synthPe({ machine: 0xaa64, data: [...entries, ...large], directories: { 3: [dataRva, 24_000] } })
  const { problems } = dumpSymbols(bytesSource(file), () => undefined)
  expect(problems.map(({ code }) => code)).toContain('pe_unwind_limit')
})
