import { stack } from '@crashkeep/minidump/synth'
import { openBreakpadSymbols, SymbolError } from '@crashkeep/symbols'
import { expect, test } from 'vitest'
import { StackwalkError } from './errors.ts'
import { stackLines, synthCrash } from './synth-crash.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n
const modules = [{ baseAddress: base, size: 0x10000, name: '/usr/bin/app', buildId: '00112233445566778899aabbccddeeff00112233' }]
const context = (rip: bigint) => ({ registers: { rip, rsp: stackStart, rax: 7 } })
const thread = (id: number, rip: bigint, words: bigint[] = []) => ({ id, context: context(rip), stack: stack(stackStart, words) })

test('a dump without system information or without threads is an error', () => {
  expect(() => synthCrash({ systemInfo: null, threads: [] })).toThrow(StackwalkError)
  expect(() => synthCrash({})).toThrow(expect.objectContaining({ code: 'missing_thread_list' }))
})

test('an empty dump is a result with empty lists and nulls', () => {
  const { problems, ...crash } = synthCrash({ threads: [] })
  expect(crash).toMatchInlineSnapshot(`
    {
      "annotations": {},
      "crash_info": {
        "address": null,
        "adjusted_address": null,
        "assertion": null,
        "crash_inconsistencies": null,
        "crashing_thread": null,
        "instruction": null,
        "instruction_pointer_update": null,
        "memory_accesses": null,
        "possible_bit_flips": null,
        "type": null,
      },
      "handles": null,
      "linux_memory_map_count": null,
      "lsb_release": null,
      "mac_boot_args": null,
      "mac_crash_info": null,
      "main_module": 0,
      "modules": [],
      "modules_contains_cert_info": false,
      "pid": null,
      "proc_limits": null,
      "process_uptime": null,
      "soft_errors": null,
      "status": "OK",
      "system_info": {
        "cpu_arch": "amd64",
        "cpu_count": 4,
        "cpu_info": "family 6 model 142 stepping 10",
        "cpu_microcode_version": null,
        "os": "Linux",
        "os_ver": "0.0.0",
      },
      "thread_count": 0,
      "threads": [],
      "unloaded_modules": [],
      Symbol(text detail of a crash): {
        "dumpThreads": Set {},
        "exception": undefined,
        "modulesByAddress": [],
        "osVersion": "0.0.0 ",
        "pointerBytes": 8,
        "registerOrder": [],
        "unreadStreams": [],
      },
    }
  `)
  expect(problems).toEqual([])
})

test('the crashing thread shows the context of the exception, with registers in its first frame only', () => {
  const crash = synthCrash({
    modules,
    threads: [thread(1, base), thread(2, base + 8n)],
    exception: { threadId: 2, code: 11, flags: 1, address: 0x10n, context: context(base + 0x300n) },
  })
  expect(crash.crash_info).toMatchObject({ type: 'SIGSEGV / SEGV_MAPERR', address: '0x0000000000000010', crashing_thread: 1 })
  expect(crash.crashing_thread?.threads_index).toBe(1)
  expect(crash.crashing_thread?.frames[0]?.registers).toMatchObject({ rip: '0x0000000040000300', rax: '0x0000000000000007' })
  expect(crash.threads[1]?.frames[0]).not.toHaveProperty('registers')
  expect(stackLines(crash, 0)).toEqual(['context app!0x0'])
  expect(stackLines(crash, 1)).toEqual(['context app!0x300'])
})

test('without an exception the thread that asked for the dump is the crashing one, and the one that wrote it has no frames', () => {
  const threads = [
    { ...thread(1, base), name: 'writer' },
    { ...thread(2, base), name: 'asker' },
  ]
  const crash = synthCrash({ modules, threads, breakpadInfo: { dumpThreadId: 1, requestingThreadId: 2 } })
  expect(crash.crash_info).toMatchObject({ type: null, address: null, crashing_thread: 1 })
  expect(crash.threads.map((each) => [each.thread_name, each.frame_count])).toEqual([
    [null, 0],
    ['asker', 1],
  ])
})

test('says of each module whether its symbols were looked for and found', () => {
  const symbols = { app: 'FUNC 0 10 0 main\n' }
  const more = ['lib', 'unused'].map((name, index) => ({
    baseAddress: base + BigInt(index + 1) * 0x10000n,
    size: 0x1000,
    name: `/lib/${name}`,
  }))
  const crash = synthCrash({ modules: [...modules, ...more], threads: [thread(1, base, [base + 0x10001n])] }, symbols)
  expect(crash.modules.map((module) => [module.filename, module.symbols.state, module.loaded_symbols, module.missing_symbols])).toEqual([
    ['app', 'loaded', true, false],
    ['lib', 'missing', false, true],
    ['unused', 'not_looked', false, false],
  ])
})

test('a corrupt symbol file is said to be one, and its module is walked as if it had none', () => {
  const supplier = { find: () => ({ state: 'corrupt' as const, from: 'app.sym', reason: 'no MODULE line' }) }
  const crash = synthCrash({ modules, threads: [thread(1, base, [base + 0x301n])] }, {}, { symbols: supplier })
  expect(stackLines(crash)).toEqual(['context app!0x0', 'scan app!0x300'])
  expect(crash.modules[0]).toMatchObject({
    loaded_symbols: true,
    corrupt_symbols: true,
    symbols: { state: 'corrupt', reason: 'no MODULE line' },
  })
})

test('a symbol file that breaks while it is read is a problem', () => {
  const bytes = new TextEncoder().encode('MODULE Linux x86_64 0 app\nFUNC 0 10 0 main\n')
  let isGone = false
  const read = (offset: number, length: number) => {
    if (isGone) throw new SymbolError('unreadable', 'The disk is gone.')
    return bytes.subarray(offset, offset + length)
  }
  const symbols = openBreakpadSymbols({ size: bytes.length, read })
  isGone = true
  const supplier = { find: () => ({ state: 'loaded' as const, from: 'app.sym', symbols }) }
  const crash = synthCrash({ modules, threads: [thread(1, base)] }, {}, { symbols: supplier })
  expect(crash.problems).toEqual([expect.objectContaining({ code: 'symbols_unreadable', message: expect.stringContaining('app') })])
})

test('a frame outside of all modules lists the unloaded ones that were there', () => {
  const unloaded = (baseAddress: bigint, name: string) => ({ baseAddress, size: 0x1000, name, checksum: 0, timestamp: 1 })
  const crash = synthCrash({
    threads: [thread(1, 0x5000n)],
    unloadedModules: [unloaded(0x5000n, 'b.dll'), unloaded(0x4800n, 'a.dll'), unloaded(0x4ff0n, 'b.dll'), unloaded(0x6000n, 'c.dll')],
  })
  expect(crash.threads[0]?.frames[0]?.unloaded_modules).toEqual([
    { module: 'a.dll', offsets: ['0x0000000000000800'] },
    { module: 'b.dll', offsets: ['0x0000000000000000', '0x0000000000000010'] },
  ])
})

test('reads the last error from the environment block of the thread', () => {
  const teb = stack(0x7000_0000n, new Array(13).fill(0).concat(5))
  const crash = synthCrash({ systemInfo: { os: 'Windows NT' }, memory: [teb], threads: [{ ...thread(1, base), tebAddress: 0x7000_0000n }] })
  expect(crash.threads[0]?.last_error_value).toBe('ERROR_ACCESS_DENIED')
})

test('uptime is never negative, and the process id comes from MiscInfo before /proc', () => {
  const misc = (processCreateTime: number) => ({ flags: 3, processId: 12, processCreateTime, processUserTime: 0, processKernelTime: 0 })
  const linux = { procStatus: 'Name:\tapp\nPid:\t77\n' }
  expect(synthCrash({ threads: [], miscInfo: misc(1_599_999_990), linux })).toMatchObject({ pid: 12, process_uptime: 10 })
  expect(synthCrash({ threads: [], miscInfo: misc(1_700_000_000) }).process_uptime).toBe(0)
  expect(synthCrash({ threads: [], linux }).pid).toBe(77)
})

test('takes the distribution, the memory map and the microcode version from the Linux streams', () => {
  const linux = {
    lsbRelease: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    maps: '00400000-00401000 r-xp 00000000 08:01 1 /usr/bin/app\n7f0000000000-7f0000001000 rw-p 00000000 00:00 0\n',
    cpuInfo: 'processor\t: 0\nmicrocode\t: 0xf0\n',
    limits:
      'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 unlimited            files     \n',
  }
  const systemInfo = { csdVersion: 'Linux 6.1.0-13-amd64 #1 SMP Debian x86_64 GNU/Linux' }
  const crash = synthCrash({ threads: [], linux, systemInfo })
  expect(crash.lsb_release).toEqual({ id: 'debian', release: '12', codename: 'bookworm', description: 'Debian GNU/Linux 12 (bookworm)' })
  expect(crash.linux_memory_map_count).toBe(2)
  expect(crash.system_info).toMatchObject({ cpu_microcode_version: '0xf0', os_ver: '6.1.0-13-amd64 #1 SMP Debian x86_64' })
  expect(crash.proc_limits).toEqual({ limits: [{ name: 'Max open files', soft: 1024, hard: 'unlimited', unit: 'files' }] })
})

test('a limit that is no number of 64 bits is 0', () => {
  const limits = 'Limit  Soft Limit  Hard Limit  Units\nMax a  18446744073709551615  18446744073709551616  bytes\nMax b  12x  -1  bytes\n'
  expect(synthCrash({ threads: [], linux: { limits } }).proc_limits).toEqual({
    limits: [
      { name: 'Max a', soft: 2 ** 64, hard: 0, unit: 'bytes' },
      { name: 'Max b', soft: 0, hard: 0, unit: 'bytes' },
    ],
  })
})

test('shows an assertion only where one was recorded', () => {
  const assertion = (expression: string, type: number) => ({ expression, function: '', file: '', line: 0, type })
  expect(synthCrash({ threads: [], assertion: assertion('p != nullptr', 1) }).crash_info.assertion).toBe('p != nullptr')
  expect(synthCrash({ threads: [], assertion: assertion('', 2) }).crash_info.assertion).toBe('pure virtual call')
  expect(synthCrash({ threads: [], assertion: assertion('', 0) }).crash_info.assertion).toBeNull()
})

test('collects Crashpad’s annotations of process and modules; what the process says stays', () => {
  const crashpadModule = {
    moduleIndex: 0,
    listAnnotations: ['one', 'two'],
    simpleAnnotations: new Map([
      ['ptype', 'renderer'],
      ['prod', 'other'],
    ]),
    annotationObjects: [
      { name: 'url', type: 1, value: new TextEncoder().encode('https://a.example/'), text: 'https://a.example/' },
      { name: 'blob', type: 0x8000, value: new Uint8Array(4) },
    ],
  }
  const crash = synthCrash({ modules, threads: [], crashpad: { annotations: new Map([['prod', 'App']]), modules: [crashpadModule] } })
  expect(crash.annotations).toEqual({ prod: 'App', ptype: 'renderer', url: 'https://a.example/', list_annotations: 'one\ntwo' })
})

test('soft errors are shown when they are JSON of a sane depth', () => {
  const soft = (text: string) => synthCrash({ threads: [], extraStreams: [{ type: 0x4d7a_0004, bytes: new TextEncoder().encode(text) }] })
  expect(soft('[{"InitErrors":["x"]}]').soft_errors).toEqual([{ InitErrors: ['x'] }])
  for (const bad of ['not json', `${'['.repeat(5000)}${']'.repeat(5000)}`]) {
    expect(soft(bad).soft_errors).toBeNull()
    expect(soft(bad).problems.map((problem) => problem.code)).toContain('bad_soft_errors')
  }
})
