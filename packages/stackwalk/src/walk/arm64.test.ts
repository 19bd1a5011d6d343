import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n
const modules = [{ baseAddress: base, size: 0x10000, name: '/lib/app' }]
const padding = new Array<number>(64).fill(0)
const signature = 0x00ab_0000_0000_0000n << 8n

function walk(registers: Record<string, bigint | number>, words: (bigint | number)[], symbols: SymbolTexts = {}) {
  const context = { registers: { pc: base + 0x100n, sp: stackStart, ...registers } }
  return synthCrash(
    {
      systemInfo: { cpu: 'arm64', os: 'Mac OS X' },
      modules,
      threads: [{ id: 1, context, stack: stack(stackStart, [...words, ...padding]) }],
    },
    symbols,
  )
}

test('follows frame records and strips pointer authentication', () => {
  const words = [0, 0, (stackStart + 48n) | signature, (base + 0x204n) | signature, 0, 0, 0, base + 0x304n]
  expect(stackLines(walk({ fp: stackStart + 16n }, words))).toEqual([
    'context app!0x100',
    'frame_pointer app!0x200',
    'frame_pointer app!0x300',
  ])
})

test('keeps address bits that modules use', () => {
  const high = 1n << 50n
  const crash = synthCrash({
    systemInfo: { cpu: 'arm64', os: 'Mac OS X' },
    modules: [{ baseAddress: high, size: 0x10000, name: 'app' }],
    threads: [
      {
        id: 1,
        context: { registers: { pc: high + 0x100n, sp: stackStart, fp: stackStart } },
        stack: stack(stackStart, [0, high + 0x204n, ...padding]),
      },
    ],
  })
  expect(stackLines(crash)[1]).toBe('frame_pointer app!0x200')
})

test('scans when there is no frame record, and does not recover fp', () => {
  expect(stackLines(walk({ fp: 0 }, [0, 0xfff, base + 0x204n]))).toEqual(['context app!0x100', 'scan app!0x200'])
})

test('unwinds a leaf by lr without moving sp, once', () => {
  const symbols = {
    app: 'FUNC 100 80 0 leaf\nFUNC 200 80 0 caller\nSTACK CFI INIT 100 80 .cfa: sp .ra: x30\nSTACK CFI INIT 200 80 .cfa: sp .ra: x30\n',
  }
  expect(stackLines(walk({ lr: base + 0x204n, fp: 0 }, [], symbols))).toEqual(['context app!leaf', 'cfi app!caller'])
})

test('trusts the lr of a frame record only at a function’s first instruction', () => {
  const symbols = (start: string) => ({
    app: `FUNC 100 80 0 inner\nFUNC 200 80 0 outer\nFUNC 300 80 0 main\nSTACK CFI INIT ${start} 40 .cfa: sp 16 + .ra: x30\n`,
  })
  const words = [stackStart + 16n, base + 0x224n, 0, base + 0x304n]
  expect(stackLines(walk({ fp: stackStart }, words, symbols('220')))).toContain('cfi app!main')
  expect(stackLines(walk({ fp: stackStart }, words, symbols('210')))).not.toContain('cfi app!main')
})

test('walks the old context layout alike', () => {
  const crash = synthCrash({
    systemInfo: { cpu: 'arm64', cpuRaw: 0x8003, os: 'Android' },
    modules,
    threads: [
      {
        id: 1,
        context: { registers: { pc: base + 0x100n, sp: stackStart, fp: stackStart } },
        stack: stack(stackStart, [0, base + 0x204n, ...padding]),
      },
    ],
  })
  expect(stackLines(crash)).toEqual(['context app!0x100', 'frame_pointer app!0x200'])
})

test.each([0xffff_ff80_0000_0000n, 0x0000_007f_ffff_ffffn])('believes the mask of Crashpad, in either sense (%#)', (addressMask) => {
  // Bit 40 is an address bit by the guess, which takes 47 of them.
  const signed = 1n << 40n
  const crash = synthCrash({
    systemInfo: { cpu: 'arm64', os: 'iOS' },
    modules,
    crashpad: { addressMask },
    threads: [
      {
        id: 1,
        context: { registers: { pc: base + 0x100n, sp: stackStart, fp: stackStart } },
        stack: stack(stackStart, [0, (base + 0x204n) | signed, ...padding]),
      },
    ],
  })
  expect(stackLines(crash)).toEqual(['context app!0x100', 'frame_pointer app!0x200'])
})
