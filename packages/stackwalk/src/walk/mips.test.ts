import { stack } from '@crashkeep/minidump/synth'
import { describe, expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'

const padding = new Array<number>(300).fill(0)

describe.each([
  { cpu: 'mips', pointerBytes: 4, littleEndian: true },
  { cpu: 'mips', pointerBytes: 4, littleEndian: false },
  { cpu: 'mips64', pointerBytes: 8, littleEndian: true },
  { cpu: 'mips64', pointerBytes: 8, littleEndian: false },
] as const)('$cpu (little-endian: $littleEndian)', ({ cpu, pointerBytes, littleEndian }) => {
  const base = pointerBytes === 8 ? 0xff_f000_0000n : 0x4000_0000n
  const stackStart = pointerBytes === 8 ? 0xff_ff00_0000n : 0x7f00_0000n

  function walk(registers: Record<string, bigint>, words: (bigint | number)[], symbols: SymbolTexts = {}) {
    return synthCrash(
      {
        littleEndian,
        systemInfo: { cpu, os: 'Android' },
        modules: [{ baseAddress: base, size: 0x10000, name: '/lib/app' }],
        threads: [
          {
            id: 1,
            context: { registers: { pc: base + 0x100n, sp: stackStart, ...registers } },
            stack: stack(stackStart, [...words, ...padding], { pointerBytes, littleEndian }),
          },
        ],
      },
      symbols,
    )
  }

  test('unwinds by rules, whose registers have a dollar', () => {
    const app = [
      'FUNC 100 80 0 leaf',
      'FUNC 200 80 0 middle',
      'FUNC 300 80 0 outer',
      'STACK CFI INIT 100 80 .cfa: $sp 0 + .ra: $ra',
      `STACK CFI INIT 200 80 .cfa: $fp ${pointerBytes * 4} + .ra: .cfa -${pointerBytes} + ^ $s0: .cfa -${pointerBytes * 2} + ^`,
      'STACK CFI INIT 300 80 .cfa: $sp 16 + .ra: $s0',
      '',
    ].join('\n')
    const crash = walk({ ra: base + 0x210n, fp: stackStart }, [0, 0, 0x77, base + 0x310n], { app })
    // The value of s0, 0x77, lies in the first page, where no code is.
    expect(stackLines(crash)).toEqual(['context app!leaf', 'cfi app!middle', 'cfi app!outer'])
  })

  test('scans one kilobyte, and looks up the call before its delay slot', () => {
    const words = 1024 / pointerBytes
    // The word below a return address is a saved frame pointer a little above it.
    const at = (index: number) => [...new Array<number>(index - 1).fill(0), stackStart + BigInt(index * pointerBytes), base + 0x208n]
    expect(stackLines(walk({}, at(words - 1)))).toEqual(['context app!0x100', 'scan app!0x200'])
    expect(stackLines(walk({}, at(words)))).toEqual(['context app!0x100'])
  })

  test('passes over return addresses without a saved frame pointer below them', () => {
    for (const below of [0n, stackStart, stackStart + 0x1000n]) {
      const words = [0, below, base + 0x308n, 0, stackStart + 128n, base + 0x208n]
      expect(stackLines(walk({}, words))).toEqual(['context app!0x100', 'scan app!0x200'])
    }
  })

  test('takes a lone return address behind the innermost frame only', () => {
    const words = [0, base + 0x208n, 0, 0, 0, 0, base + 0x308n]
    expect(stackLines(walk({}, words))).toEqual(['context app!0x100', 'scan app!0x200'])
  })

  test('takes no address of the first page for code', () => {
    expect(stackLines(walk({}, [0xfff, stackStart + 64n, base + 0x208n]))).toEqual(['context app!0x100', 'scan app!0x200'])
  })

  test('does not scan the room for arguments of a caller, which 32-bit code has', () => {
    const fp = stackStart + 256n
    const words = [fp, base + 0x208n, fp, base + 0x308n, 0, 0, fp, base + 0x408n]
    const lines = stackLines(walk({}, words))
    expect(lines[2]).toBe(pointerBytes === 4 ? 'scan app!0x400' : 'scan app!0x300')
  })
})
