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
