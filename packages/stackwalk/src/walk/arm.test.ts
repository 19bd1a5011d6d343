import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { type SymbolTexts, stackLines, synthCrash } from '../synth-crash.ts'

const base = 0x4000_0000
const stackStart = 0x8000_0000
const modules = [{ baseAddress: BigInt(base), size: 0x10000, name: '/lib/app' }]
const padding = new Array<number>(200).fill(0)

function walk(registers: Record<string, number>, words: number[], symbols: SymbolTexts = {}, os: 'Android' | 'iOS' = 'Android') {
  return synthCrash(
    {
      systemInfo: { cpu: 'arm', os },
      modules,
      threads: [
        {
          id: 1,
          context: { registers: { pc: base + 0x100, sp: stackStart, ...registers } },
          stack: stack(BigInt(stackStart), [...words, ...padding], { pointerBytes: 4 }),
        },
      ],
    },
    symbols,
  )
}

test('scans, and looks up two bytes before the return address', () => {
  const crash = walk({ fp: stackStart + 8, r7: stackStart + 8 }, [0, 1, 0x1234, base + 0x203])
  expect(stackLines(crash)).toEqual(['context app!0x100', 'scan app!0x201'])
  expect(crash.threads[0]?.frames[1]?.offset).toBe('0x40000201')
})

test('scans 160 words behind a certain frame and 40 behind a guess', () => {
  const far = (distance: number) => [...new Array<number>(distance).fill(0), base + 0x201]
  expect(stackLines(walk({}, far(159)))).toHaveLength(2)
  expect(stackLines(walk({}, far(160)))).toHaveLength(1)
  expect(stackLines(walk({}, [base + 0x301, ...far(39)]))).toHaveLength(3)
  expect(stackLines(walk({}, [base + 0x301, ...far(40)]))).toHaveLength(2)
})

test('unwinds by rules under either name of a register, and keeps what functions must preserve', () => {
  const app = [
    'FUNC 100 80 0 inner',
    'FUNC 200 80 0 middle',
    'FUNC 300 80 0 outer',
    'STACK CFI INIT 100 80 .cfa: sp 8 + .ra: .cfa -4 + ^ r13: .cfa r11: .cfa -8 + ^',
    'STACK CFI INIT 200 80 .cfa: r11 4 + .ra: r4',
    '',
  ].join('\n')
  const words = [stackStart + 20, base + 0x205, 0, 0]
  expect(stackLines(walk({ r4: base + 0x305 }, words, { app }))).toEqual(['context app!inner', 'cfi app!middle', 'cfi app!outer'])
})

test('unwinds a leaf by lr without moving sp, once', () => {
  const app = 'FUNC 100 80 0 leaf\nFUNC 200 80 0 caller\nSTACK CFI INIT 100 80 .cfa: sp .ra: lr\nSTACK CFI INIT 200 80 .cfa: sp .ra: r4\n'
  const crash = walk({ lr: base + 0x205, r4: base + 0x105 }, [], { app })
  expect(stackLines(crash)).toEqual(['context app!leaf', 'cfi app!caller'])
})

test('follows r7 on iOS only, up to a frame record of zeros', () => {
  const words = [0, base + 0x401, stackStart + 24, base + 0x203, 0, 0, 0, base + 0x303, 0, base + 0x501]
  const registers = { r7: stackStart + 8 }
  expect(stackLines(walk(registers, words, {}, 'iOS'))).toEqual(['context app!0x100', 'frame_pointer app!0x201', 'frame_pointer app!0x301'])
  expect(stackLines(walk(registers, words))[1]).toBe('scan app!0x3ff')
})

test('an r7 of zero ends the stack on iOS', () => {
  expect(stackLines(walk({ r7: 0 }, [base + 0x203], {}, 'iOS'))).toEqual(['context app!0x100'])
})
