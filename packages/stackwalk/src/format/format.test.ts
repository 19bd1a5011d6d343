import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { synthCrash } from '../synth-crash.ts'
import { formatHuman } from './human.ts'
import { formatJson } from './json.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n
const symbols = {
  app: [
    'FILE 0 /src/app/main.cc',
    'FILE 1 /src/app/inline.h',
    'INLINE_ORIGIN 0 inlined()',
    'FUNC 100 80 0 crash()',
    'INLINE 0 12 0 0 100 10',
    '100 10 3 1',
    '110 70 13 0',
    'PUBLIC 200 0 main',
  ].join('\n'),
}

function crash() {
  const context = { registers: { rip: base + 0x105n, rsp: stackStart, rbp: stackStart } }
  return synthCrash(
    {
      systemInfo: { csdVersion: 'Linux 6.1.0 #1 SMP x86_64' },
      modules: [
        { baseAddress: base, size: 0x1000, name: '/opt/app' },
        { baseAddress: 0x1000n, size: 0x1000, name: '/lib/libc.so.6' },
      ],
      threads: [
        { id: 11, name: 'worker', context: { registers: { rip: 0x1010n, rsp: 0 } } },
        { id: 12, name: 'main', context, stack: stack(stackStart, [stackStart + 16n, base + 0x221n, 0, 0]) },
      ],
      unloadedModules: [{ baseAddress: 0x9000n, size: 0x1000, name: 'C:\\gone.dll', checksum: 0, timestamp: 1 }],
      exception: { threadId: 12, code: 11, flags: 1, address: 0n, context },
      extraStreams: [{ type: 0x1234_0000, bytes: new Uint8Array(4) }],
      crashpad: { annotations: new Map([['ptype', 'renderer']]) },
    },
    symbols,
  )
}

test('the text form', () => {
  expect(formatHuman(crash())).toMatchInlineSnapshot(`
    "Operating system: Linux
                      6.1.0 #1 SMP
    CPU: amd64
         family 6 model 142 stepping 10
         4 CPUs

    Crash reason:  SIGSEGV / SEGV_MAPERR
    Crash address: 0x0000000000000000
    Process uptime: not available

    Thread 1 main (crashed) - tid: 12
     0  app!inlined() [inline.h : 3]
        Found by: inlining
     1  app!crash() [main.cc : 12 + 0x5]
         rax = 0x0000000000000000    rdx = 0x0000000000000000
         rcx = 0x0000000000000000    rbx = 0x0000000000000000
         rsi = 0x0000000000000000    rdi = 0x0000000000000000
         rbp = 0x0000000080000000    rsp = 0x0000000080000000
          r8 = 0x0000000000000000     r9 = 0x0000000000000000
         r10 = 0x0000000000000000    r11 = 0x0000000000000000
         r12 = 0x0000000000000000    r13 = 0x0000000000000000
         r14 = 0x0000000000000000    r15 = 0x0000000000000000
         rip = 0x0000000040000105
        Found by: given as instruction pointer in context
     2  app!main + 0x20
         rbp = 0x0000000080000010    rsp = 0x0000000080000010
         rip = 0x0000000040000221
        Found by: previous frame's frame pointer

    Thread 0 worker - tid: 11
     0  libc.so.6 + 0x10
         rax = 0x0000000000000000    rdx = 0x0000000000000000
         rcx = 0x0000000000000000    rbx = 0x0000000000000000
         rsi = 0x0000000000000000    rdi = 0x0000000000000000
         rbp = 0x0000000000000000    rsp = 0x0000000000000000
          r8 = 0x0000000000000000     r9 = 0x0000000000000000
         r10 = 0x0000000000000000    r11 = 0x0000000000000000
         r12 = 0x0000000000000000    r13 = 0x0000000000000000
         r14 = 0x0000000000000000    r15 = 0x0000000000000000
         rip = 0x0000000000001010
        Found by: given as instruction pointer in context

    Loaded modules:
    0x00001000 - 0x00001fff  libc.so.6  ???
    0x40000000 - 0x40000fff  app  ???  (main)

    Unloaded modules:
    0x00009000 - 0x00009fff  gone.dll

    Unknown streams encountered:
    Stream 0x12340000 (Unknown Extension) @ 0x000012d0

    Annotations:
      ptype: renderer
    "
  `)
})

test('the brief text form ends after the crashing thread', () => {
  const brief = formatHuman(crash(), { brief: true })
  expect(formatHuman(crash()).startsWith(brief)).toBe(true)
  expect(brief).not.toContain('Loaded modules')
  expect(brief).not.toContain('worker')
})

test('a crash that was read back from JSON still prints, without registers', () => {
  const text = formatHuman(JSON.parse(formatJson(crash())))
  expect(text).toContain('app!inlined() [inline.h : 3]')
  expect(text).not.toContain('rip = ')
  expect(text).toContain('0x00001000 - 0x00001fff  libc.so.6  ???')
})

test('JSON has its keys in order at every depth, no newline, and an indented form', () => {
  const text = formatJson(crash())
  const inOrder = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return true
    const keys = Object.keys(value)
    return (Array.isArray(value) || keys.join() === [...keys].sort().join()) && Object.values(value).every(inOrder)
  }
  expect(inOrder(JSON.parse(text))).toBe(true)
  expect(text.endsWith('}')).toBe(true)
  expect(formatJson(crash(), { pretty: true })).toBe(JSON.stringify(JSON.parse(text), undefined, 2))
})

test('brief JSON has the crashing thread and leaves out the lists', () => {
  const brief = JSON.parse(formatJson(crash(), { brief: true }))
  expect(brief.crashing_thread.frames).toHaveLength(2)
  expect(brief).not.toHaveProperty('threads')
  expect(brief).not.toHaveProperty('modules')
})

test('an annotation named __proto__ is an annotation', () => {
  const found = synthCrash({ threads: [], crashpad: { annotations: new Map([['__proto__', 'x']]) } })
  expect(formatJson(found)).toContain('"__proto__":"x"')
})

test('says where in a line the frame is when the symbols know where its code begins', () => {
  const lookup = { function: 'f', functionOffset: 0x100, parameterSize: 0, file: 'a.cc', line: 7, lineOffset: 0x101, inlines: [] }
  const module = { os: '', cpu: '', debugId: '', debugFile: '' }
  const loaded = {
    ...{ module, info: {}, badLines: 0, indexBytes: 0, readFailures: 0, lookup: () => lookup, hasFunction: () => true },
    ...{ cfiAt: () => undefined, winAt: () => undefined },
  }
  const found = synthCrash(
    {
      modules: [{ baseAddress: base, size: 0x1000, name: 'app' }],
      threads: [{ id: 1, context: { registers: { rip: base + 0x105n, rsp: 0 } } }],
    },
    {},
    { symbols: { find: () => ({ state: 'loaded', from: 'memory', symbols: loaded }) } },
  )
  expect(formatHuman(found)).toContain('app!f [a.cc : 7 + 0x4]')
})

test('unloaded modules stand by where they begin and end, also where an end is beyond 32 bits', () => {
  const unloaded = (size: number, name: string) => ({ baseAddress: 0x4000_0000n, size, name, checksum: 0, timestamp: 1 })
  const unloadedModules = [unloaded(0xffff_ffff, 'large.dll'), unloaded(0x1000, 'small.dll')]
  const text = formatHuman(synthCrash({ systemInfo: { cpu: 'x86', os: 'Windows NT' }, threads: [], unloadedModules }))
  expect(text).toMatch(/small\.dll\n.*large\.dll\n/)
})

test('what libraries of macOS recorded stands before the stacks', () => {
  const text = formatHuman(
    synthCrash({
      systemInfo: { os: 'Mac OS X' },
      threads: [],
      mac: {
        crashInfo: [{ version: 5n, thread: 0x1fn, dialogMode: 1n, abortCause: 2n, modulePath: '/usr/lib/libA.dylib', message: 'no more' }],
        bootArgs: '-v',
      },
    }),
  )
  expect(text).toContain(
    [
      'No crash',
      'Mac Crash Info:',
      '  Record 0',
      '    thread: 0x1f',
      '    dialog mode: 0x1',
      '    abort_cause: 0x2',
      '    module: /usr/lib/libA.dylib',
      '    message: no more',
    ].join('\n'),
  )
  expect(text).toContain('\n\nMac Boot Args: -v\n\nProcess uptime: not available\n')
})
