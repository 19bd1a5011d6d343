import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { synthCrash } from './synth-crash.ts'

const base = 0x4000_0000n
const start = 0x8000_0000n

function details(symbols: string, words: (bigint | number)[], cpu: 'amd64' | 'x86' = 'amd64'): (string | null)[] {
  const [ip, sp, fp] = cpu === 'amd64' ? ['rip', 'rsp', 'rbp'] : ['eip', 'esp', 'ebp']
  const crash = synthCrash(
    {
      systemInfo: { cpu },
      modules: [{ baseAddress: base, size: 0x1000, name: 'app' }],
      threads: [
        {
          id: 1,
          context: { registers: { [ip]: base + 0x105n, [sp]: start, [fp]: start } },
          stack: stack(start, words, { pointerBytes: cpu === 'amd64' ? 8 : 4 }),
        },
      ],
    },
    { app: symbols },
  )
  return crash.threads[0]?.frames.map((frame) => frame.trust_detail) ?? []
}

test('a frame by call frame information names the records of its callee that hold there', () => {
  const symbols = [
    'STACK CFI INIT 100 20 .cfa: $rsp 8 + .ra: .cfa -8 + ^',
    'STACK CFI 104 .cfa: $rsp 16 +',
    'STACK CFI 110 .cfa: $rsp 24 +',
  ].join('\n')
  const expected = 'STACK CFI INIT 100 20 .cfa: $rsp 8 + .ra: .cfa -8 + ^; STACK CFI 104 .cfa: $rsp 16 +'
  expect(details(symbols, [0, base + 0x800n, 0, 0])).toEqual([null, expected])
})

test('a frame by STACK WIN names its program', () => {
  const program = '$eip .raSearch ^ = $esp .raSearch 4 + ='
  const found = details(`STACK WIN 4 100 20 0 0 0 0 0 0 1 ${program}`, [base + 0x800n, 0, 0, 0], 'x86')
  expect(found.slice(0, 2)).toEqual([null, `STACK WIN 4 100 20 ${program}`])
})

test('a frame by its pointer or by scanning names the place of its return address', () => {
  expect(details('PUBLIC 0 0 f', [start + 0x10n, base + 0x800n, 0, 0, 0])).toEqual([
    null,
    'return address at 0x0000000080000008, 0x8 bytes above the stack pointer',
  ])
})

test('a long record is cut', () => {
  const symbols = `STACK CFI INIT 100 20 .cfa: $rsp 8 + .ra: .cfa -8 + ^ ${'$rbx: $rbx '.repeat(100)}`
  expect(details(symbols, [base + 0x800n, 0])[1]).toHaveLength(241)
})
