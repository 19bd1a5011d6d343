import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'
import { frameDetail } from '../text-detail.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n
const modules = [{ baseAddress: base, size: 0x10000, name: '/usr/bin/app' }]
const padding = new Array<number>(64).fill(0)

function walk(
  registers: Record<string, bigint | number>,
  words: (bigint | number)[],
  symbols: SymbolTexts = {},
  os: 'Linux' | 'Windows NT' = 'Linux',
) {
  const context = { registers: { rip: base + 0x100n, rsp: stackStart, ...registers } }
  return synthCrash(
    { systemInfo: { os }, modules, threads: [{ id: 1, context, stack: stack(stackStart, [...words, ...padding]) }] },
    symbols,
  )
}

test('follows saved frame pointers', () => {
  const crash = walk({ rbp: stackStart + 16n }, [0, 0, stackStart + 40n, base + 0x201n, 0, stackStart + 64n, base + 0x301n, 0])
  expect(stackLines(crash)).toEqual(['context app!0x100', 'frame_pointer app!0x200', 'frame_pointer app!0x300'])
})

test('does not take a frame pointer that points down or a return address that is not canonical', () => {
  expect(stackLines(walk({ rbp: stackStart + 16n }, [0, 0, stackStart, base + 0x201n]))).toEqual(['context app!0x100', 'scan app!0x200'])
  expect(stackLines(walk({ rbp: stackStart }, [stackStart + 64n, 0x1234_0000_0000_0000n]))).toEqual(['context app!0x100'])
})

test('finds the pair that rbp points below of on Windows', () => {
  const words = [0, 0, 0, 0, stackStart + 80n, base + 0x201n]
  expect(stackLines(walk({ rbp: stackStart }, words, {}, 'Windows NT'))[1]).toBe('frame_pointer app!0x200')
  expect(stackLines(walk({ rbp: stackStart }, words))[1]).toBe('scan app!0x200')
})

test('scans 160 words after a certain frame and 40 after a guess', () => {
  const far = (distance: number) => [...new Array<number>(distance).fill(0), base + 0x201n]
  expect(stackLines(walk({}, far(159)))).toEqual(['context app!0x100', 'scan app!0x200'])
  expect(stackLines(walk({}, far(160)))).toEqual(['context app!0x100'])
  expect(stackLines(walk({}, [base + 0x301n, ...far(39)]))).toEqual(['context app!0x100', 'scan app!0x300', 'scan app!0x200'])
  expect(stackLines(walk({}, [base + 0x301n, ...far(40)]))).toEqual(['context app!0x100', 'scan app!0x300'])
})

test('scanning takes only addresses behind code of a function where the module has symbols', () => {
  const symbols = { app: 'FUNC 200 10 0 real\n' }
  expect(stackLines(walk({}, [base + 0x300n, base + 0x210n], symbols))).toEqual(['context app!0x100', 'scan app!real'])
})

test('keeps rbp while scanning when it points above the return address, and drops it when it points below', () => {
  const rbpOf = (rbp: bigint) => walk({ rbp }, [0, base + 0x201n]).threads[0]?.frames[1]?.[frameDetail]?.registers.get('rbp')
  expect(rbpOf(stackStart + 0x10_0000n)).toBe(stackStart + 0x10_0000n)
  expect(rbpOf(stackStart - 8n)).toBeUndefined()
})

test('unwinds by call frame information, by the last rule that holds', () => {
  const symbols = {
    app: [
      'FUNC 100 80 0 inner',
      'FUNC 200 80 0 outer',
      'STACK CFI INIT 100 80 .cfa: $rsp 8 + .ra: .cfa 8 - ^',
      'STACK CFI 100 .cfa: $rsp 24 + $rbx: .cfa 16 - ^',
      'STACK CFI 110 .cfa: $rsp 900 +',
      'STACK CFI INIT 200 80 .cfa: $rbx 16 + .ra: .cfa 8 - ^',
    ].join('\n'),
  }
  const crash = walk({}, [0, stackStart + 32n, base + 0x241n, 0, 0, base + 0x123n, 0], symbols)
  expect(stackLines(crash)).toEqual(['context app!inner', 'cfi app!outer', 'cfi app!inner'])
})

test('falls back to the frame pointer when rules cannot be evaluated', () => {
  const symbols = { app: 'FUNC 100 300 0 f\nSTACK CFI INIT 100 80 .cfa: $rsp 8 + .ra: .undef\n' }
  const crash = walk({ rbp: stackStart }, [stackStart + 64n, base + 0x201n], symbols)
  expect(stackLines(crash).slice(0, 2)).toEqual(['context app!f', 'frame_pointer app!f'])
})

test('ends when the stack pointer does not grow or the return address is in the first page', () => {
  const loop = { app: 'FUNC 100 80 0 f\nSTACK CFI INIT 100 80 .cfa: $rsp .ra: $rip\n' }
  expect(stackLines(walk({}, [], loop))).toEqual(['context app!f'])
  const null_ = { app: 'FUNC 100 80 0 f\nSTACK CFI INIT 100 80 .cfa: $rsp 8 + .ra: .cfa 8 - ^\n' }
  expect(stackLines(walk({}, [0xfff], null_))).toEqual(['context app!f'])
})

test('uses the memory around the stack pointer when the exception happened on another stack', () => {
  const otherStack = stack(0x9000_0000n, [base + 0x201n, ...padding])
  const crash = synthCrash({
    modules,
    memory: [otherStack],
    threads: [{ id: 1, context: { registers: { rip: base, rsp: stackStart } }, stack: stack(stackStart, padding) }],
    exception: { threadId: 1, code: 11, flags: 1, context: { registers: { rip: base + 0x100n, rsp: 0x9000_0000n } } },
  })
  expect(stackLines(crash)).toEqual(['context app!0x100', 'scan app!0x200'])
})

test('walks a big-endian dump like a little-endian one', () => {
  const context = { registers: { rip: base + 0x100n, rsp: stackStart } }
  const words = stack(stackStart, [0, base + 0x201n, ...padding], { littleEndian: false })
  const crash = synthCrash({ littleEndian: false, modules, threads: [{ id: 1, context, stack: words }] })
  expect(stackLines(crash)).toEqual(['context app!0x100', 'scan app!0x200'])
})
