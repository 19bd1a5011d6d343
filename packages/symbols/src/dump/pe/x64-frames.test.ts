import { expect, test } from 'vitest'
import { u16, u32 } from '../../../testing/synth-pdb.ts'
import { dataRva, synthPe } from '../../../testing/synth-pe.ts'
import { bytesSource } from '../../byte-source.ts'
import { Problems } from '../problem.ts'
import { type PeFile, readPe } from './read-pe.ts'
import { frameSteps } from './x64-frames.ts'
import { readX64UnwindInfo } from './x64-unwind-info.ts'

function pe(data: number[]): PeFile {
  const file = readPe(bytesSource(synthPe({ data })), new Problems())
  if (file === undefined) throw new Error('no PE')
  return file
}

/** The rules of the body, and how many records there are. */
function body(data: number[], at = dataRva): string | undefined {
  const info = readX64UnwindInfo(pe(data), at)
  return info === undefined ? undefined : frameSteps(info)[0]?.rules
}

const header = (count: number, frame = 0, flags = 0, version = 1): number[] => [version | (flags << 3), 20, count, frame]

test.each([
  [
    'large allocations in words and in bytes',
    [...header(5), 14, 0x11, ...u32(0x12345678), 7, 0x01, ...u16(0x100)],
    '.cfa: $rsp 305421952 + .ra: .cfa 8 - ^',
  ],
  [
    'a frame register with an offset',
    [...header(3, 0x25), 12, 0x03, 8, 0x72, 1, 0x50],
    '.cfa: $rbp 48 + $rbp: .cfa 16 - ^ .ra: .cfa 8 - ^',
  ],
  [
    'registers saved in the caller’s frame',
    [...header(4), 10, 0x34, ...u16(9), 6, 0x32, 2, 0x70],
    '.cfa: $rsp 48 + $rdi: .cfa 16 - ^ $rbx: .cfa -24 - ^ .ra: .cfa 8 - ^',
  ],
  [
    'registers saved relative to the frame register',
    [...header(5, 0x05), 20, 0x34, ...u16(2), 12, 0x03, 8, 0x42, 1, 0x50],
    '.cfa: $rbp 56 + $rbp: .cfa 16 - ^ $rbx: $rbp 16 + ^ .ra: .cfa 8 - ^',
  ],
  [
    'a far save, and vector registers passed over',
    [...header(8), 20, 0x35, ...u32(0x40), 16, 0x68, ...u16(1), 12, 0x79, ...u32(0x20)],
    '.cfa: $rsp 8 + $rbx: .cfa -56 - ^ .ra: .cfa 8 - ^',
  ],
  ['an interrupt’s frame', [...header(2), 4, 0x32, 0, 0x0a], '.cfa: $rsp 80 + $rsp: .cfa 24 - ^ .ra: .cfa 48 - ^'],
  ['an interrupt’s frame with an error code', [...header(1), 0, 0x1a], '.cfa: $rsp 56 + $rsp: .cfa 24 - ^ .ra: .cfa 48 - ^'],
  [
    'epilogues of version 2',
    [...header(4, 0, 0, 2), 6, 0x16, 20, 0x06, 4, 0x32, 1, 0x50],
    '.cfa: $rsp 48 + $rbp: .cfa 16 - ^ .ra: .cfa 8 - ^',
  ],
  ['no codes', header(0), '.cfa: $rsp 8 + .ra: .cfa 8 - ^'],
] as [string, number[], string][])('%s', (_, data, rules) => {
  expect(body(data)).toBe(rules)
})

test('a part of a function has what the whole did before it', () => {
  const whole = [...header(2), 4, 0x32, 1, 0x30]
  // Two codes: a save at the end of what is above the stack pointer; then the entry that it continues.
  const part = [...header(2, 0, 4), 5, 0x54, ...u16(4), ...u32(0x1000), ...u32(0x1100), ...u32(dataRva)]
  expect(body([...whole, ...part], dataRva + whole.length)).toBe('.cfa: $rsp 48 + $rbx: .cfa 16 - ^ $rbp: .cfa 16 - ^ .ra: .cfa 8 - ^')
  const info = readX64UnwindInfo(pe([...whole, ...part]), dataRva + whole.length)
  expect(info && frameSteps(info).slice(1)).toEqual([
    { offset: 0, rules: '.cfa: $rsp 48 + $rbx: .cfa 16 - ^ .ra: .cfa 8 - ^ $rbp: $rbp' },
    { offset: 5, rules: '$rbp: .cfa 16 - ^' },
  ])
})

test.each([
  ['an unknown operation', [...header(1), 0, 0x0b]],
  ['a code that is cut off', [...header(1), 0, 0x01]],
  ['an unknown version', header(0, 0, 0, 5)],
  ['a circle', [...header(0, 0, 4), ...u32(0), ...u32(0), ...u32(dataRva)]],
] as [string, number[]][])('%s is damage', (_, data) => {
  expect(body(data)).toBeUndefined()
})

test('a frame register that is set before more is pushed keeps the places of all', () => {
  // push rbp; mov rbp, rsp; push rsi; sub rsp, 32
  const info = readX64UnwindInfo(pe([...header(4, 0x05), 9, 0x32, 5, 0x60, 4, 0x03, 1, 0x50]), dataRva)
  expect(info && frameSteps(info)).toEqual([
    { rules: '.cfa: $rbp 16 + $rbp: .cfa 16 - ^ $rsi: .cfa 24 - ^ .ra: .cfa 8 - ^' },
    { offset: 0, rules: '.cfa: $rsp 8 + .ra: .cfa 8 - ^ $rbp: $rbp $rsi: $rsi' },
    { offset: 1, rules: '.cfa: $rsp 16 + $rbp: .cfa 16 - ^' },
    { offset: 4, rules: '.cfa: $rbp 16 +' },
    { offset: 5, rules: '$rsi: .cfa 24 - ^' },
  ])
})
