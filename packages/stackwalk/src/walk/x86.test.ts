import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'

const base = 0x40_0000
const stackStart = 0x8000_0000
const modules = [{ baseAddress: BigInt(base), size: 0x10000, name: 'C:\\app.exe' }]
const padding = new Array<number>(64).fill(0)

function walk(registers: Record<string, number>, words: number[], symbols: SymbolTexts = {}) {
  return synthCrash(
    {
      systemInfo: { os: 'Windows NT', cpu: 'x86' },
      modules,
      threads: [
        {
          id: 1,
          context: { registers: { eip: base + 0x100, esp: stackStart, ...registers } },
          stack: stack(BigInt(stackStart), [...words, ...padding], { pointerBytes: 4 }),
        },
      ],
    },
    symbols,
  )
}

test('follows saved frame pointers without checking them', () => {
  const crash = walk({ ebp: stackStart + 8 }, [0, 0, 0x1234, base + 0x201])
  expect(stackLines(crash)).toEqual(['context app.exe!0x100', 'frame_pointer app.exe!0x200'])
  expect(crash.threads[0]?.frames[0]?.offset).toBe('0x00400100')
})

test('scans and recovers ebp from below the return address', () => {
  const crash = walk({ ebp: 0 }, [0, stackStart + 16, base + 0x201, 0, 0, base + 0x301])
  expect(stackLines(crash)).toEqual(['context app.exe!0x100', 'scan app.exe!0x200', 'frame_pointer app.exe!0x300'])
})

test('runs STACK WIN programs before anything else', () => {
  const symbols = {
    'app.exe': [
      'FUNC 100 80 0 inner',
      'FUNC 200 80 0 outer',
      'STACK WIN 4 100 80 0 0 4 4 8 0 1 $T0 .raSearch = $eip $T0 ^ = $esp $T0 4 + =',
      'STACK CFI INIT 100 80 .cfa: $esp 4 + .ra: .cfa 4 - ^',
    ].join('\n'),
  }
  expect(stackLines(walk({ ebp: 1 }, [0, 0, 0, base + 0x201], symbols))).toEqual(['context app.exe!inner', 'cfi app.exe!outer'])
})

test('adds the arguments of the callee’s callee to a frame without its own program', () => {
  const symbols = {
    'app.exe': [
      'FUNC 100 80 0 inner',
      'FUNC 200 80 0 outer',
      'FUNC 300 80 0 outermost',
      'STACK WIN 0 100 80 0 0 8 0 4 0 0 0',
      'STACK WIN 0 200 80 0 0 0 0 4 0 0 0',
    ].join('\n'),
  }
  // inner: 4 bytes of locals, return address; outer: 8 bytes pushed for inner, 4 of locals, return address.
  const crash = walk({ ebp: 1 }, [0, base + 0x201, 0, 0, 0, base + 0x301], symbols)
  expect(stackLines(crash)).toEqual(['context app.exe!inner', 'cfi app.exe!outer', 'cfi app.exe!outermost'])
})

test('skips the second return address of a system call', () => {
  const symbols = { 'app.exe': 'FUNC 100 80 0 syscall\nFUNC 200 80 0 caller\nSTACK WIN 0 100 80 0 0 0 0 0 0 0 0\n' }
  expect(stackLines(walk({ ebp: 1 }, [base + 0x100, base + 0x201], symbols)).slice(0, 2)).toEqual([
    'context app.exe!syscall',
    'cfi app.exe!caller',
  ])
})

test('goes on with STACK CFI when a program fails', () => {
  const symbols = {
    'app.exe': [
      'FUNC 100 80 0 inner',
      'FUNC 200 80 0 outer',
      'STACK WIN 4 100 80 0 0 0 0 0 0 1 $eip $nothing ^ =',
      'STACK CFI INIT 100 80 .cfa: $esp 8 + .ra: .cfa 4 - ^',
    ].join('\n'),
  }
  expect(stackLines(walk({ ebp: 1 }, [0, base + 0x201], symbols)).slice(0, 2)).toEqual(['context app.exe!inner', 'cfi app.exe!outer'])
})

test('takes no address above 4 GB from rules', () => {
  const symbols = { 'app.exe': 'FUNC 100 80 0 f\nSTACK CFI INIT 100 80 .cfa: $esp 2147483648 + .ra: $eip\n' }
  expect(stackLines(walk({ ebp: 1 }, [], symbols))).toEqual(['context app.exe!f'])
})
