import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { describeCrash } from './describe-crash.ts'
import { icedDecoder } from './iced/iced-decoder.ts'
import { synthCrash } from './synth-crash.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n

interface Case {
  readonly os?: 'Linux' | 'Windows NT' | 'Mac OS X'
  readonly code?: number
  readonly flags?: number
  readonly address?: bigint
  readonly parameters?: bigint[]
  readonly rip?: bigint
  readonly annotations?: Record<string, string>
  readonly symbols?: string
}

function sentence({
  os = 'Linux',
  code,
  flags = 0,
  address = 0n,
  parameters = [],
  rip = base + 0x100n,
  annotations = {},
  symbols,
}: Case): string {
  const context = { registers: { rip, rsp: stackStart, rbp: stackStart } }
  const crash = synthCrash(
    {
      systemInfo: { os },
      modules: [{ baseAddress: base, size: 0x10000, name: '/opt/app' }],
      threads: [{ id: 1, context, stack: stack(stackStart, [stackStart + 16n, base + 0x201n, 0, 0]) }],
      ...(code !== undefined && { exception: { threadId: 1, code, flags, address, parameters, context } }),
      crashpad: { annotations: new Map(Object.entries(annotations)) },
    },
    symbols === undefined ? {} : { app: symbols },
  )
  return describeCrash(crash)
}

const bar = 'FILE 0 /src/foo.cc\nFUNC 100 80 0 Foo::bar()\n100 80 2a 0\n'.replace(' 2a ', ' 42 ')
const violation = { os: 'Windows NT', code: 0xc000_0005 } as const

test.each<[string, Case, string]>([
  [
    'a null pointer with everything known',
    { ...violation, parameters: [0n, 0n], annotations: { ptype: 'renderer' }, symbols: bar },
    'The renderer read address 0x0 in `Foo::bar()` (foo.cc:42): a null pointer.',
  ],
  ['no symbols', { ...violation, parameters: [1n, 0x1234_5678n] }, 'The process wrote to address 0x12345678 in `app` + 0x100.'],
  [
    'a small address on Windows',
    { ...violation, parameters: [0n, 0xfff0n], annotations: { process_type: 'browser' } },
    'The main process read address 0xfff0 in `app` + 0x100: close to null, as when a field of a null pointer is used.',
  ],
  ['the same address on Linux', { code: 11, flags: 1, address: 0xfff0n }, 'The process accessed address 0xfff0 in `app` + 0x100.'],
  [
    'a forbidden access',
    { code: 11, flags: 2, address: 0x1000n },
    'The process accessed address 0x1000 in `app` + 0x100: the access is not permitted there.',
  ],
  ['a signal without a kernel’s word', { code: 11, flags: 0 }, 'The process got the signal SIGSEGV in `app` + 0x100.'],
  ['a jump to null', { code: 11, flags: 1, address: 0n, rip: 0n }, 'The process jumped to address 0x0: a null function pointer.'],
  [
    'an illegal instruction',
    { code: 4, flags: 2, annotations: { ptype: 'gpu-process' } },
    'The GPU process ran an illegal instruction (SIGILL / ILL_ILLOPN) in `app` + 0x100.',
  ],
  [
    'abort, blamed on its caller',
    { code: 6, flags: 0xffff_fffa, symbols: 'FUNC 100 80 0 abort\nFUNC 200 80 0 check(int)\n' },
    'The process called abort() in `check(int)`.',
  ],
  ['an abort signal without abort', { code: 6, flags: 0 }, 'The process aborted (SIGABRT) in `app` + 0x100.'],
  [
    'out of memory by code',
    { os: 'Windows NT', code: 0xe000_0008, annotations: { ptype: 'renderer' } },
    'The renderer ran out of memory in `app` + 0x100.',
  ],
  [
    'out of memory by function',
    { code: 5, flags: 1, symbols: 'FUNC 100 80 0 v8::internal::V8::FatalProcessOutOfMemory(char const*)\nFUNC 200 80 0 Allocate()\n' },
    'The process ran out of memory in `Allocate()`.',
  ],
  [
    'V8’s own words',
    { code: 5, flags: 1, annotations: { 'electron.v8-fatal.message': 'Circular extension dependency' } },
    'The process stopped at a trap instruction (SIGTRAP / TRAP_BRKPT) in `app` + 0x100: “Circular extension dependency”.',
  ],
  ['a requested dump', { code: 0xffff_ffff }, 'The process did not crash: somebody asked for this dump.'],
  ['no exception at all', { annotations: { ptype: 'utility' } }, 'A utility process did not crash: somebody asked for this dump.'],
  [
    'an unknown type of process',
    { code: 77, annotations: { ptype: 'quark' } },
    'The process of type quark died with an exception code that has no name (0x0000004d / 0x00000000) in `app` + 0x100.',
  ],
  [
    'nothing of the stack',
    { code: 11, flags: 1, address: 0x5000n, rip: 0x9_0000n },
    'The process accessed address 0x5000 at 0x90000, in no module.',
  ],
  [
    'a division by zero',
    { os: 'Mac OS X', code: 3, flags: 1 },
    'The process divided by zero (EXC_ARITHMETIC / EXC_I386_DIV) in `app` + 0x100.',
  ],
  [
    'a heap error',
    { os: 'Windows NT', code: 0xc000_0374 },
    'The process found its heap corrupted (STATUS_HEAP_CORRUPTION) in `app` + 0x100.',
  ],
  [
    'annotations that are names of methods',
    { code: 4, annotations: { ptype: 'constructor' } },
    'The process of type constructor ran an illegal instruction (SIGILL) in `app` + 0x100.',
  ],
])('%s', (_title, given, expected) => {
  expect(sentence(given)).toBe(expected)
})

test('a caller may know the type of process when the dump does not', () => {
  const crash = synthCrash({ threads: [] })
  expect(describeCrash(crash, 'renderer')).toBe('The renderer did not crash: somebody asked for this dump.')
})

test('long names are cut', () => {
  const name = 'x'.repeat(10_000)
  expect(sentence({ code: 4, symbols: `FUNC 100 80 0 ${name}\n` }).length).toBeLessThan(400)
})

test.each<[string, string, { rax?: bigint; flags?: number; address?: bigint; maps?: string }, string]>([
  ['a write by the instruction', 'c70005000000', { rax: 0x1234_0000n }, 'The process wrote to address 0x12340000 in `app` + 0x100.'],
  [
    'a field of a null pointer, however far',
    '8b8000001000',
    {},
    'The process read address 0x100000 in `app` + 0x100: an offset from a null pointer.',
  ],
  [
    'an address that is none',
    '8b00',
    { rax: 0x4141_4141_4141_4141n, flags: 0x80, address: 0n },
    'The process read address 0x4141414141414141 in `app` + 0x100: no address at all, as when a pointer was overwritten.',
  ],
  [
    'a guard page',
    '8900',
    { rax: 0x7f00_0000_0ff8n, maps: '7f0000000000-7f0000001000 ---p 0 0:0 0 \n7f0000001000-7f0000100000 rw-p 0 0:0 0 ' },
    'The process wrote to address 0x7f0000000ff8 in `app` + 0x100: a guard page, as at the end of a stack.',
  ],
])('%s', (_title, code, { rax = 0n, flags = 1, address, maps = '' }, expected) => {
  const context = { registers: { rip: base + 0x100n, rsp: stackStart, rbp: stackStart, rax } }
  const accessed = address ?? (code === '8b8000001000' ? 0x10_0000n : rax)
  const crash = synthCrash(
    {
      modules: [{ baseAddress: base, size: 0x10000, name: '/opt/app' }],
      threads: [{ id: 1, context }],
      memory: [{ startAddress: base + 0x100n, bytes: Buffer.from(code, 'hex') }],
      linux: { maps },
      exception: { threadId: 1, code: 11, flags, address: accessed, context },
    },
    {},
    { decoder: icedDecoder },
  )
  expect(describeCrash(crash)).toBe(expected)
})
