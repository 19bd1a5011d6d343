import { stack } from '@crashkeep/minidump/synth'
import { describe, expect, test } from 'vitest'
import { stackLines, synthCrash } from '../synth-crash.ts'

const base = 0x4000_0000
const stackStart = 0x7f00_0000
const padding = new Array<number>(16).fill(0)

describe.each([
  { cpu: 'ppc', pointerBytes: 4, callBytes: 4, littleEndian: true },
  { cpu: 'ppc', pointerBytes: 4, callBytes: 4, littleEndian: false },
  { cpu: 'ppc64', pointerBytes: 8, callBytes: 8, littleEndian: true },
  { cpu: 'ppc64', pointerBytes: 8, callBytes: 8, littleEndian: false },
] as const)('$cpu (little-endian: $littleEndian)', ({ cpu, pointerBytes, callBytes, littleEndian }) => {
  function walk(r1: number, words: number[], symbols = '') {
    return synthCrash(
      {
        littleEndian,
        systemInfo: { cpu, os: 'Mac OS X' },
        modules: [{ baseAddress: BigInt(base), size: 0x10000, name: 'app' }],
        threads: [
          {
            id: 1,
            context: { registers: { srr0: base + 0x100, r1, lr: base + 0x600 } },
            stack: stack(BigInt(stackStart), [...words, ...padding], { pointerBytes, littleEndian }),
          },
        ],
      },
      symbols === '' ? {} : { app: symbols },
    )
  }
  const at = (word: number) => stackStart + word * pointerBytes

  test('follows the back chain to return addresses two words into the caller’s frame', () => {
    const words = [at(4), 0, base + 0x500, 0, at(8), 0, base + 0x200 + callBytes, 0, 0, 0, base + 0x300 + callBytes]
    expect(stackLines(walk(stackStart, words))).toEqual(['context app!0x100', 'frame_pointer app!0x200', 'frame_pointer app!0x300'])
  })

  test('ends where the chain ends, goes back or stands still, and scans nothing', () => {
    for (const next of [0, at(0), at(1), stackStart - 8]) {
      expect(stackLines(walk(at(1), [0, next, base + 0x200, base + 0x300]))).toEqual(['context app!0x100'])
    }
  })

  test('ends at the return address 1 that Apple’s threads begin with', () => {
    expect(stackLines(walk(stackStart, [at(4), 0, 0, 0, 0, 0, 1]))).toEqual(['context app!0x100'])
  })

  test('prefers rules', () => {
    const crash = walk(stackStart, [at(4)], 'FUNC 100 80 0 leaf\nFUNC 580 80 0 caller\nSTACK CFI INIT 100 80 .cfa: r1 .ra: lr\n')
    expect(stackLines(crash).slice(0, 2)).toEqual(['context app!leaf', 'cfi app!caller'])
  })
})
