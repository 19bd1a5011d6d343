import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { synthCrash } from '../synth-crash.ts'
import { formatMachine } from './machine.ts'

const base = 0x4000_0000n
const start = 0x8000_0000n
const thread = (id: number) => ({
  id,
  context: { registers: { rip: base + 0x105n, rsp: start, rbp: start } },
  stack: stack(start, [start + 0x10n, base + 0x211n, 0, 0, 0]),
})

test('lines for a program: system, processor, crash, modules, the crashing stack and the others', () => {
  const crash = synthCrash(
    {
      systemInfo: { csdVersion: 'Linux 6.1.0 #1 SMP x86_64' },
      modules: [{ baseAddress: base, size: 0x1000, name: '/opt/a|pp', buildId: '00112233445566778899aabbccddeeff' }],
      threads: [thread(1), thread(2)],
      exception: { threadId: 2, code: 11, flags: 1, address: 0x10n, context: thread(2).context },
    },
    {
      'a|pp': 'FILE 0 /src/a.cc\nINLINE_ORIGIN 0 in()\nFUNC 100 80 0 f()\nINLINE 0 7 0 0 100 10\n100 3 2 0\n103 7d 3 0\nPUBLIC 200 0 main',
    },
  )
  expect(formatMachine(crash)).toMatchInlineSnapshot(`
    "OS|Linux|0.0.0 Linux 6.1.0 #1 SMP x86_64
    CPU|amd64|family 6 model 142 stepping 10|4
    GPU|||
    Crash|SIGSEGV /SEGV_MAPERR|0x10|1
    Module|app||app|33221100554477668899AABBCCDDEEFF0|0x40000000|0x40000fff|1

    1|0|app|in()|/src/a.cc|3|0x2
    1|1|app|f()|/src/a.cc|7|0x2
    1|2|app|main|||0x11
    0|0|app|in()|/src/a.cc|3|0x2
    0|1|app|f()|/src/a.cc|7|0x2
    0|2|app|main|||0x11
    "
  `)
})

test.each([
  ['amd64', 'rip', 'rsp', 'rbp', '0x210'],
  ['arm64', 'pc', 'sp', 'fp', '0x20c'],
] as const)('a caller on %s is shown where Breakpad shows it', (cpu, pc, sp, fp, place) => {
  const context = { registers: { [pc]: base + 0x104n, [sp]: start, [fp]: start } }
  const threads = [{ id: 1, context, stack: stack(start, [start + 0x10n, base + 0x210n, 0, 0, 0]) }]
  const text = formatMachine(synthCrash({ systemInfo: { cpu }, modules: [{ baseAddress: base, size: 0x1000, name: 'app' }], threads }))
  expect(text).toContain(`\n0|1|app||||${place}\n`)
})

test('a dump that somebody asked for is no crash', () => {
  expect(formatMachine(synthCrash({ threads: [thread(1)] }))).toContain('\nCrash|No crash||\n')
})
