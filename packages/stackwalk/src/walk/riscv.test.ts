import { stack } from '@crashkeep/minidump/synth'
import { describe, expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'

const padding = new Array<number>(64).fill(0)

describe.each([
  { cpu: 'riscv', pointerBytes: 4 },
  { cpu: 'riscv64', pointerBytes: 8 },
] as const)('$cpu', ({ cpu, pointerBytes }) => {
  const base = pointerBytes === 8 ? 0x2a_0000_0000n : 0x4000_0000n
  const stackStart = pointerBytes === 8 ? 0x3f_f000_0000n : 0x7f00_0000n
  const at = (word: number) => stackStart + BigInt(word * pointerBytes)

  function walk(registers: Record<string, bigint>, words: (bigint | number)[], symbols: SymbolTexts = {}) {
    return synthCrash(
      {
        systemInfo: { cpu, os: 'Linux' },
        modules: [{ baseAddress: base, size: 0x10000, name: '/lib/app' }],
        threads: [
          {
            id: 1,
            context: { registers: { pc: base + 0x100n, sp: stackStart, ...registers } },
            stack: stack(stackStart, [...words, ...padding], { pointerBytes }),
          },
        ],
      },
      symbols,
    )
  }

  test('follows s0, below which the return address and the caller’s s0 lie', () => {
    const words = [0, 0, at(8), base + 0x204n, 0, 0, 0, base + 0x304n]
    const lines = ['context app!0x100', 'frame_pointer app!0x200', 'frame_pointer app!0x300']
    expect(stackLines(walk({ s0: at(4) }, words))).toEqual(lines)
  })

  test('scans where s0 is no frame pointer', () => {
    for (const s0 of [0n, 7n, stackStart, at(3)]) {
      expect(stackLines(walk({ s0 }, [0x77, 0x123456, base + 0x204n]))).toEqual(['context app!0x100', 'scan app!0x200'])
    }
  })

  test('unwinds by rules under every name of a register, and a leaf without moving sp, once', () => {
    const app = [
      'FUNC 100 80 0 leaf',
      'FUNC 200 80 0 middle',
      'FUNC 300 80 0 outer',
      'STACK CFI INIT 100 80 .cfa: sp .ra: x1',
      `STACK CFI INIT 200 80 .cfa: x8 ${pointerBytes} + .ra: .cfa -${pointerBytes} + ^ fp: .cfa`,
      'STACK CFI INIT 300 80 .cfa: s0 .ra: s1',
      '',
    ].join('\n')
    const crash = walk({ ra: base + 0x204n, s0: at(1), s1: base + 0x104n }, [0, base + 0x304n], { app })
    expect(stackLines(crash)).toEqual(['context app!leaf', 'cfi app!middle', 'cfi app!outer'])
  })
})
