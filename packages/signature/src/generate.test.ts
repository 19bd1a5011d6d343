import { describe, expect, it } from 'vitest'
import type { CrashData, SignatureFrame } from './crash-data.ts'
import { generateSignature } from './generate.ts'
import { socorroRules } from './signature-rules.ts'

function crash(frames: readonly (string | SignatureFrame)[], more: Partial<CrashData> = {}): CrashData {
  return {
    crashing_thread: 0,
    threads: [{ frames: frames.map((frame) => (typeof frame === 'string' ? { function: frame, module: 'app' } : frame)) }],
    ...more,
  }
}

const signature = (data: CrashData) => generateSignature(data).signature
const unknown = (module: string, offset: string): SignatureFrame => ({ module, module_offset: offset, offset: '0x7f0000000000' })

describe('a native stack', () => {
  it('explains each decision', () => {
    const { signature, steps } = generateSignature(
      crash([
        'abort',
        { function: 'memcpy', module: 'libc.so.6' },
        unknown('libc.so.6', '0x0001'),
        'void app::Cart::total(int) const',
        'main',
      ]),
    )
    expect(signature).toBe('memcpy | libc.so.6 | app::Cart::total')
    expect(steps).toMatchInlineSnapshot(`
      [
        {
          "after": null,
          "before": "abort",
          "frame": 0,
          "rule": "skip",
          "why": "skipped: on the list of irrelevant functions: libc",
        },
        {
          "after": "memcpy",
          "before": "memcpy",
          "frame": 1,
          "rule": "prefix",
          "why": "kept and went on: on the list of prefixes, which never stand alone: libc",
        },
        {
          "after": "libc.so.6",
          "before": "libc.so.6+0x1",
          "frame": 2,
          "rule": "prefix",
          "why": "kept and went on: a system library without symbols, its caller tells more",
        },
        {
          "after": "app::Cart::total",
          "before": "void app::Cart::total(int) const",
          "frame": 3,
          "rule": "stop",
          "why": "kept and stopped here: this frame names the crash",
        },
      ]
    `)
  })

  it('takes inlined functions before the frame that holds them', () => {
    expect(signature(crash([{ function: 'outer', module: 'app', inlines: [{ function: 'memcpy' }, { function: 'middle' }] }]))).toBe(
      'memcpy | middle',
    )
  })

  it('gives each place in a program without symbols a signature of its own', () => {
    expect(signature(crash([unknown('app.exe', '0x0000429e')]))).toBe('app.exe+0x429e')
    expect(signature(crash([unknown('/usr/lib/libfoo.so (deleted)', '0x10')]))).toBe('libfoo.so+0x10')
  })

  it('names each system library once on the way to the program', () => {
    const frames = [unknown('libc.so.6', '0x1'), unknown('libc.so.6', '0x2'), unknown('libstdc++.so.6', '0x3'), unknown('libc.so.6', '0x4')]
    expect(signature(crash([...frames, unknown('app', '0x5')]))).toBe('libc.so.6 | libstdc++.so.6 | app+0x5')
  })

  it('tells crashes apart that lie in system libraries alone', () => {
    expect(signature(crash([unknown('ntdll.dll', '0xa1'), unknown('kernel32.dll', '0xb2')]))).toBe('ntdll.dll+0xa1 | kernel32.dll')
  })

  it('keeps one function of the system and the first of the program', () => {
    const frames = ['RtlpFindEntry', 'RtlpWalkLowFragHeap', 'LdrInner'].map((name) => ({ function: name, module: 'ntdll.dll' }))
    expect(signature(crash([...frames, 'app::run'], { os: 'Windows NT' }))).toBe('RtlpFindEntry | LdrInner | app::run')
  })

  it('does not make a group per address when nothing lies in a module', () => {
    const lost = crash([{ offset: '0x00007ffe12345678' }, { offset: '0x41414141' }], { reason: 'SIGSEGV', process_type: 'renderer' })
    expect(signature(lost)).toBe('EMPTY: no frame in a known module | SIGSEGV | renderer')
  })

  it('shows a call through a null pointer with its caller', () => {
    expect(signature(crash([{ offset: '0x0000000000000000' }, 'caller']))).toBe('@0x0 | caller')
  })

  it('skips what a signal handler does on top of the crash', () => {
    expect(signature(crash(['handler', 'dump_everything', '__restore_rt', 'culprit']))).toBe('culprit')
  })

  it('falls back to the first frame when every function was skipped', () => {
    expect(signature(crash(['raise', 'abort']))).toBe('raise')
  })

  it('tells reports without a stack apart by status, reason and process type', () => {
    expect(signature(crash([], { reason: 'SIGILL', process_type: 'gpu-process', mdsw_status_string: 'ERROR_NO_THREAD_LIST' }))).toBe(
      'EMPTY: no frame data available; ERROR_NO_THREAD_LIST | SIGILL | gpu-process',
    )
  })

  it('cuts at 255 characters', () => {
    const long = signature(crash([`app::${'x'.repeat(400)}`]))
    expect(long).toHaveLength(255)
    expect(long.endsWith('...')).toBe(true)
  })

  it('names the file and line of a frame without function', () => {
    expect(signature(crash([{ file: 'c:\\src\\a.cpp', line: 12 }]))).toBe('a.cpp#12')
  })

  it('drops the hash of Rust symbols and restores the module of old panics', () => {
    const rust = (name: string, file: string) => ({ function: name, file, line: 1, module: 'app' })
    expect(signature(crash([rust('app::run::h0123456789abcdef', '/src/main.rs')]))).toBe('app::run')
    expect(signature(crash([rust('panic_fmt', 'git:github.com/rust-lang/rust:src/libcore/panicking.rs:abc'), 'app::run']))).toBe('app::run')
  })
})

describe('memory that was exhausted', () => {
  const oom = (more: Partial<CrashData>, frames: string[] = ['app::load']) => signature(crash(frames, more))

  it('says how much was asked for, where that matters', () => {
    expect(oom({ oom_allocation_size: 1_000_000 })).toBe('OOM | large | app::load')
    expect(oom({ oom_allocation_size: 1_000 })).toBe('OOM | small')
    expect(oom({ reason: 'STATUS_NO_MEMORY' })).toBe('OOM | unknown | app::load')
    expect(oom({ js_large_allocation_failure: 'Reporting' })).toBe('OOM | large | app::load')
  })

  it("is known by Chromium's exception code and by Chromium's own functions", () => {
    expect(oom({ reason: 'Out of Memory' })).toBe('OOM | unknown | app::load')
    expect(oom({ reason: 'unknown 0xe0000008 / 0x00000000' })).toBe('OOM | unknown | app::load')
    expect(oom({}, ['base::internal::OnNoMemoryInternal(unsigned long)', 'app::load'])).toBe('OOM | unknown | app::load')
  })

  it("is V8's heap when V8 says so, and then the native stack is left out", () => {
    expect(
      oom({}, ['v8::internal::V8::FatalProcessOutOfMemory(v8::internal::Isolate*, char const*)', 'v8::internal::Factory::NewArray']),
    ).toBe('OOM | JavaScript heap')
    expect(oom({ v8_oom: { isHeapOom: true, location: 'Reached heap limit' } })).toBe('OOM | JavaScript heap | Reached heap limit')
    expect(oom({ v8_oom: { isHeapOom: false, location: 'Zone' } })).toBe('OOM | V8 | Zone')
  })

  it('is named by the JavaScript stack that Electron sends', () => {
    const stack = 'Error\n    at fill (file:///app/resources/app.asar/main.3f2a9c1b.js:10:2)\n    at run (node:internal/timers:1:1)'
    expect(oom({ v8_oom: { isHeapOom: true, location: 'Reached heap limit', stack } })).toBe('OOM | JavaScript heap | fill (main.js)')
  })
})

describe('what else a report can say', () => {
  const rule = (more: Partial<CrashData>) => signature(crash(['app::run'], more))

  it('joins messages, hangs and hardware errors to the stack', () => {
    expect(rule({ abort_message: '[7] ###!!! ABORT: no font (Arial): file a.cpp, line 3' })).toBe('Abort | no font (Arial) | app::run')
    expect(rule({ v8_fatal_message: 'Check failed: index 17 < 0xdeadbeef' })).toBe('V8 fatal | Check failed: index # < 0x# | app::run')
    expect(rule({ hang: 'ui' })).toBe('hang: ui | app::run')
    expect(rule({ reason: 'EXCEPTION_STACK_OVERFLOW' })).toBe('stackoverflow | app::run')
    expect(rule({ reason: 'EXCEPTION_IN_PAGE_ERROR_READ / STATUS_DEVICE_DATA_ERROR' })).toBe('bad hardware | app::run')
    expect(rule({ ipc_message_name: 'PFoo::Msg_Bar' })).toBe('app::run | IPC_Message_Name=PFoo::Msg_Bar')
    expect(rule({ ipc_channel_error: 'ShutDownKill' })).toBe('IPCError-content | ShutDownKill')
  })

  it('replaces the stack of a shutdown that took too long', () => {
    expect(rule({ async_shutdown_timeout: '{"phase":"profile","conditions":[{"name":"b"},"a"]}' })).toBe(
      'AsyncShutdownTimeout | profile | a,b',
    )
    expect(rule({ async_shutdown_timeout: '[]' })).toBe('AsyncShutdownTimeout | UNKNOWN')
  })

  it("reads the main thread's stack when a watchdog ended the program", () => {
    const data = { crashing_thread: 1, threads: [{ frames: [{ function: 'app::wait' }] }, { frames: [{ function: 'RunWatchdog' }] }] }
    expect(signature(data)).toBe('shutdownhang | app::wait')
  })

  it('reads Java stacks and exceptions', () => {
    const trace = 'java.lang.RuntimeException: gone@deadbeef\n\tat a.b.c(Foo.java:12)'
    expect(rule({ java_stack_trace: trace })).toBe('java.lang.RuntimeException: gone@<addr>: at a.b.c(Foo.java)')
    const frame = { module: 'org.app.Main', function: 'run', filename: 'Main.java' }
    const exception = { exception: { values: [{ type: 'StackOverflowError', module: 'java.lang', stacktrace: { frames: [frame] } }] } }
    expect(rule({ java_exception: exception })).toBe('java.lang.StackOverflowError: at org.app.Main.run(Main.java)')
    expect(rule({ java_exception: { exception: { values: 3 } } })).toBe('app::run')
  })
})

describe('rules given by the caller', () => {
  it('match nothing when a list is empty', () => {
    const rules = socorroRules({ irrelevant: [], prefix: [], sentinels: [], lineNumbers: [] })
    expect(generateSignature(crash(['abort', 'app::run']), rules).signature).toBe('abort')
  })

  it('give only the name of a module without symbols, as Socorro does', () => {
    const rules = socorroRules({ irrelevant: [], prefix: ['.*\\.dll$'], sentinels: [], lineNumbers: [] })
    const frames = [unknown('NTDLL.dll', '0x1'), unknown('ntdll.DLL', '0x2'), unknown('app.exe', '0x3')]
    expect(generateSignature(crash(frames, { os: 'Windows NT' }), rules).signature).toBe('ntdll.dll | app.exe')
  })

  it('are refused with the entry that is no regular expression', () => {
    const rules = socorroRules({ irrelevant: ['fine', 'bad('], prefix: [], sentinels: [], lineNumbers: [] })
    expect(() => generateSignature(crash(['x']), rules)).toThrow(
      expect.objectContaining({ code: 'bad_pattern', message: expect.stringContaining('bad(') }),
    )
  })
})
