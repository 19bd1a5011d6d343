import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { stackLines, synthCrash } from '../synth-crash.ts'

test('the frame address and the return address stand when a rule of their registers fails', () => {
  const base = 0x4000_0000n
  const stackStart = 0x8000_0000n
  const app =
    'FUNC 100 80 0 inner\nFUNC 200 80 0 outer\nSTACK CFI INIT 100 80 .cfa: $rsp 16 + .ra: .cfa -8 + ^ $rsp: .undef $rip: $nothing\n'
  const crash = synthCrash(
    {
      modules: [{ baseAddress: base, size: 0x10000, name: '/lib/app' }],
      threads: [
        {
          id: 1,
          context: { registers: { rip: base + 0x100n, rsp: stackStart } },
          stack: stack(stackStart, [0, base + 0x201n, base + 0x241n, ...new Array<number>(64).fill(0)]),
        },
      ],
    },
    { app },
  )
  expect(stackLines(crash)).toEqual(['context app!inner', 'cfi app!outer', 'scan app!outer'])
})

test('a register whose rule gives more bits than it has is the one of the callee', () => {
  const base = 0x4000_0000n
  const stackStart = 0x8000_0000n
  const app = 'FUNC 100 80 0 inner\nFUNC 200 80 0 outer\nSTACK CFI INIT 100 80 .cfa: $esp 8 + .ra: .cfa -4 + ^ $ebp: .cfa -8 + ^ 4 +\n'
  const registers = { eip: base + 0x100n, esp: stackStart, ebp: stackStart + 8n }
  const words = [0xffff_fffd, base + 0x201n, 0, base + 0x241n, ...new Array<number>(64).fill(0)]
  const crash = synthCrash(
    {
      systemInfo: { cpu: 'x86' },
      modules: [{ baseAddress: base, size: 0x10000, name: '/lib/app' }],
      threads: [{ id: 1, context: { registers }, stack: stack(stackStart, words, { pointerBytes: 4 }) }],
    },
    { app },
  )
  expect(stackLines(crash)).toEqual(['context app!inner', 'cfi app!outer', 'frame_pointer app!outer'])
})
