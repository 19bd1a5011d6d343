import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { stackLines, synthCrash } from '../synth-crash.ts'

const base = 0x4000_0000
const stackStart = 0x7f00_0000

/** A saved register window: eight locals, six ins, %i6 and %i7. */
function window(callerSp: number, call: number): number[] {
  return [...new Array<number>(14).fill(0), callerSp, call]
}

function walk(registers: Record<string, number>, words: number[], littleEndian = false) {
  return synthCrash({
    littleEndian,
    systemInfo: { cpu: 'sparc', os: 'Solaris' },
    modules: [{ baseAddress: BigInt(base), size: 0x10000, name: 'app' }],
    threads: [
      {
        id: 1,
        context: { registers: { pc: base + 0x100, g_r14: stackStart, ...registers } },
        stack: stack(BigInt(stackStart), words, { pointerBytes: 4, littleEndian }),
      },
    ],
  })
}

test.each([true, false])('goes from window to window, and shows the call itself (little-endian: %s)', (littleEndian) => {
  const words = [...window(stackStart + 64, base + 0x200), ...window(stackStart + 128, base + 0x300), ...window(0, 0)]
  const crash = walk({ g_r30: stackStart + 64, g_r31: base + 0x200 }, words, littleEndian)
  expect(stackLines(crash)).toEqual(['context app!0x100', 'frame_pointer app!0x200', 'frame_pointer app!0x300'])
  expect(crash.threads[0]?.frames[1]?.offset).toBe('0x40000200')
})

test('ends where %i6 is not above the stack pointer', () => {
  for (const g_r30 of [0, stackStart, stackStart - 64]) {
    expect(stackLines(walk({ g_r30, g_r31: base + 0x200 }, [base + 0x300, ...window(0, 0)]))).toEqual(['context app!0x100'])
  }
})

test('ends where a window lies outside of the stack', () => {
  const crash = walk({ g_r30: stackStart + 0x1000, g_r31: base + 0x200 }, window(0, 0))
  expect(stackLines(crash)).toEqual(['context app!0x100', 'frame_pointer app!0x200'])
})

test('prints registers as wide as the record has them', () => {
  const crash = synthCrash({
    systemInfo: { cpu: 'sparc', os: 'Solaris' },
    threads: [{ id: 1, context: { registers: { pc: base } }, stack: stack(0x1000n, [0]) }],
    exception: { threadId: 1, code: 11, context: { registers: { pc: base } } },
  })
  expect(crash.crashing_thread?.frames[0]).toMatchObject({ offset: '0x40000000', registers: { pc: '0x0000000040000000' } })
})
