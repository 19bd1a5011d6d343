/** Programs die natively under the reporter, on every Node that it supports: one report each, and the death is what it would have been. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leafName, parseLinuxMaps } from '@crashkeep/minidump'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryImage } from '../../packages/reporter/src/handler/memory-image.ts'
import { moduleList } from '../../packages/reporter/src/handler/module-list.ts'
import { readRawCapture } from '../../packages/reporter/src/raw-capture/read-raw-capture.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { crashingAddon, die, dumpsOf, log, reportOf, waiting } from '../harness/dying-program.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { compile, run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const toolTimeoutMs = 60_000
const installTimeoutMs = 300_000
const nobody = 65_534
/** A signal that were not ignored would have ended the process long before. */
const ignoredForMs = 300

/** How each death ends a process, and what the report says of it. */
const deaths = [
  { way: 'null-write', signal: 'SIGSEGV', type: 'SIGSEGV / SEGV_MAPERR' },
  { way: 'stack-overflow', signal: 'SIGSEGV', type: 'SIGSEGV / SEGV_MAPERR' },
  { way: 'use-after-free', signal: 'SIGSEGV', type: 'SIGSEGV' },
  { way: 'abort', signal: 'SIGABRT', type: 'SIGABRT' },
  { way: 'corrupt-heap', signal: 'SIGABRT', type: 'SIGABRT' },
  { way: 'bus', signal: 'SIGBUS', type: 'SIGBUS / BUS_ADRERR' },
  { way: 'divide', signal: 'SIGFPE', type: 'SIGFPE' },
  { way: 'illegal', signal: 'SIGILL', type: 'SIGILL' },
  { way: 'breakpoint', signal: 'SIGTRAP', type: 'SIGTRAP' },
  { way: 'thread', signal: 'SIGSEGV', type: 'SIGSEGV / SEGV_MAPERR' },
  { way: 'two-threads', signal: 'SIGSEGV', type: 'SIGSEGV / SEGV_MAPERR' },
] as const

/** On the other Nodes: what touches V8's and Node's own handling of signals. */
const onEveryNode: readonly string[] = ['null-write', 'stack-overflow', 'abort']

describe.skipIf(!isLinux)('native deaths (needs Linux)', () => {
  const undo = undoAfterAll()
  let folder: string
  let addon: string

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'capture')
    addon = await crashingAddon(folder)
    await installNodes()
  }, installTimeoutMs)

  describe.each(nodes)('$name', ({ name, path: node }) => {
    const chosen = deaths.filter(({ way }) => name === 'Node 24' || onEveryNode.includes(way))

    test.concurrent.each(chosen)('$way: dies of $signal and leaves one report', async ({ way, signal, type }) => {
      const death = await die(folder, addon, [way], { node })
      expect(death).toMatchObject({ status: null, signal })
      const { dump, crash, annotations } = await reportOf(death)
      expect(crash.crash_info.type).toContain(type)
      expect(crash.problems).toEqual([])
      expect(crash.pid).toBe(death.pid)
      expect(annotations).toMatchObject({ prod: 'Dying', ver: '1.2.3', ptype: 'browser', stage: way })
      expect(dump.crashpad?.clientId).toBe('0f0e0d0c-1111-4222-8333-444455556666')
      expect(dump.linux.environ).toBeUndefined()
      expect(log(death.folder)).toBe('')
    })

    test('a crash in a worker thread, its stack exhausted, leaves one report about that thread', async () => {
      const death = await die(folder, addon, ['worker', 'stack-overflow'], { node })
      expect(death.signal).toBe('SIGSEGV')
      const { crash, annotations } = await reportOf(death)
      expect(crash.crashing_thread?.thread_id).not.toBe(death.pid)
      expect(crash.crashing_thread?.frame_count).toBeGreaterThan(100)
      expect(annotations).toMatchObject({ ptype: 'worker', stage: 'stack-overflow' })
    })

    test('so does one in a worker that never heard of the reporter', async () => {
      const death = await die(folder, addon, ['plain-worker', 'stack-overflow'], { node })
      expect(death.signal).toBe('SIGSEGV')
      const { crash, annotations } = await reportOf(death)
      expect(crash.crashing_thread?.thread_id).not.toBe(death.pid)
      expect(annotations).toMatchObject({ ptype: 'browser', stage: 'plain-worker' })
    })

    test('WebAssembly that leaves its memory is an error of JavaScript and no crash', async () => {
      const death = await die(folder, addon, ['wasm'], { node })
      expect(death).toMatchObject({ status: 0, signal: null, errors: '' })
      expect(death.output.match(/RuntimeError/g)).toHaveLength(3)
      expect(waiting(death.folder)).toEqual([])
    })
  })

  test('a child of a child reports for itself', async () => {
    const death = await die(folder, addon, ['child', 'child', 'null-write'])
    expect(death).toMatchObject({ status: 0, output: 'child null SIGSEGV\nchild 0 null\n' })
    const { crash } = await reportOf(death)
    expect(crash.pid).not.toBe(death.pid)
  })

  test('a signal from outside is reported with its sender', async () => {
    const death = await die(folder, addon, ['wait'], { onReady: (child) => void child.kill('SIGSEGV') })
    expect(death.signal).toBe('SIGSEGV')
    const { dump } = await reportOf(death)
    expect(dump.exception?.code).toBe(11)
    expect(dump.exception?.parameters[0]).toBe(BigInt(process.pid))
  })

  test.concurrent.each(['SIGQUIT', 'SIGSYS', 'SIGXCPU'] as const)('%s from outside ends the process and is reported', async (signal) => {
    const death = await die(folder, addon, ['wait'], { onReady: (child) => void child.kill(signal) })
    expect(death.signal).toBe(signal)
    expect((await reportOf(death)).crash.crash_info.type).toContain(signal)
  })

  test('a signal that Node ignores stays ignored', async () => {
    const death = await die(folder, addon, ['wait'], {
      onReady(child) {
        child.kill('SIGXFSZ')
        setTimeout(() => child.kill('SIGKILL'), ignoredForMs)
      },
    })
    expect(death.signal).toBe('SIGKILL')
    expect(waiting(death.folder)).toEqual([])
  })

  test('on a kernel that ends everybody who shares memory with a core file, the handler does not share it', async () => {
    const old = `import os from "node:os";import{syncBuiltinESMExports as s}from"node:module";os.release=()=>"5.10.0";s()`
    const death = await die(folder, addon, ['null-write'], { nodeFlags: ['--import', `data:text/javascript,${encodeURIComponent(old)}`] })
    expect(death.signal).toBe('SIGSEGV')
    expect((await reportOf(death)).crash.crash_info.type).toContain('SIGSEGV')
  })

  test('a handler that was there before is called after the report is written', async () => {
    const death = await die(folder, addon, ['null-write'], { environment: { EARLIER_HANDLER: '1' } })
    expect(death).toMatchObject({ status: 100 + 11, signal: null, output: 'the earlier handler\n' })
    expect((await reportOf(death)).crash.crash_info.type).toContain('SIGSEGV')
  })

  test.skipIf(!isRoot)(
    'on a full disk the process dies as ever, and the report comes when there is room (needs the right to mount a tmpfs)',
    async () => {
      const disk = join(folder, 'disk')
      mkdirSync(disk)
      await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
      undo(() => run('umount', [disk]).catch(() => undefined))
      const database = join(disk, 'database')
      mkdirSync(database)
      const death = await die(folder, addon, ['null-write'], { folder: database, cwd: folder })
      expect(death.signal).toBe('SIGSEGV')
      await until('the handler to give up', toolTimeoutMs, () => waiting(database).some((name) => name.endsWith('.capture')) || undefined)
      expect(readdirSync(join(database, 'pending'))).toEqual([])
      await run('mount', ['-o', 'remount,size=16m', disk])
      await die(folder, addon, ['exit'], { folder: database, cwd: folder })
      const { crash } = await reportOf(death)
      expect(crash.crash_info.type).toContain('SIGSEGV')
    },
  )

  test('a process whose file table is full is reported', async () => {
    const death = await die(folder, addon, ['full-table'])
    expect(death.signal).toBe('SIGSEGV')
    expect((await reportOf(death)).crash.crash_info.type).toContain('SIGSEGV')
  })

  test('4,000 threads are in the report, each with its stack', async () => {
    const death = await die(folder, addon, ['many-threads'])
    expect(death.signal).toBe('SIGSEGV')
    const { dump } = await reportOf(death)
    expect(dump.threads?.length).toBeGreaterThan(4000)
    expect(dump.threads?.every(({ context, stack }) => context !== undefined && stack !== undefined)).toBe(true)
  })

  test('a module is one entry, with build id, soname and version', async () => {
    const { dump } = await reportOf(await die(folder, addon, ['null-write']))
    const [program, ...others] = dump.modules
    expect(program).toMatchObject({ name: process.execPath, codeId: expect.stringMatching(/^[0-9a-f]{40}$/) })
    expect(dump.modules.every(({ pieces }) => pieces === undefined)).toBe(true)
    expect(new Set(dump.modules.map(({ name }) => name)).size).toBe(dump.modules.length)
    expect(others).toContainEqual(expect.objectContaining({ debugFile: 'libc.so.6', version: '6.0.0.0' }))
    expect(others).toContainEqual(expect.objectContaining({ debugFile: 'linux-vdso.so.1', codeId: expect.stringMatching(/^[0-9a-f]+$/) }))
  })

  test('nothing of the process stays open: its pipes end when it does', async () => {
    const started = Date.now()
    const death = await die(folder, addon, ['null-write'])
    // `close` of a child process waits for the ends of its pipes; a handler that held them would be waited for.
    expect(waiting(death.folder).length + (await dumpsOf(death)).length).toBeGreaterThan(0)
    expect(Date.now() - started).toBeLessThan(toolTimeoutMs)
  })

  test('a process that may not be traced is reported with the stack of its crash', async () => {
    const forbid = await compile('forbid.c', join(folder, 'forbid'))
    const death = await die(folder, addon, ['null-write'], { wrapper: [forbid, 'ptrace'] })
    expect(death.signal).toBe('SIGSEGV')
    const { crash } = await reportOf(death)
    expect(crash.crashing_thread?.frames[0]?.module).toBe('crashes.node')
    expect(crash.thread_count).toBeGreaterThan(4)
    expect(log(death.folder)).toContain('tracing is forbidden')
  })

  test('where no process can be made, the thread writes for itself and the next start makes the report', async () => {
    const forbid = await compile('forbid.c', join(folder, 'forbid-process'))
    const death = await die(folder, addon, ['null-write'], { wrapper: [forbid, 'process'] })
    expect(death.signal).toBe('SIGSEGV')
    expect(waiting(death.folder)).toHaveLength(1)
    await die(folder, addon, ['exit'], { folder: death.folder })
    const { crash } = await reportOf(death)
    expect(crash.crashing_thread?.frames[0]?.module).toBe('crashes.node')
  })

  test('a capture that was cut off is a report of what there is', async () => {
    const forbid = await compile('forbid.c', join(folder, 'forbid-cut'))
    const death = await die(folder, addon, ['null-write'], { wrapper: [forbid, 'process'] })
    const [name = ''] = waiting(death.folder)
    const path = join(death.folder, 'captures', name)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.6)))
    await die(folder, addon, ['exit'], { folder: death.folder })
    const { crash } = await reportOf(death)
    expect(crash.crash_info.type).toContain('SIGSEGV')
    expect(log(death.folder)).toContain('ends early')
  })

  test.skipIf(!isRoot)('an unprivileged user is reported (needs root)', async () => {
    const wrapper = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
    await run('chmod', ['755', folder])
    const death = await die(folder, addon, ['null-write'], { wrapper, owner: nobody })
    expect(death.signal).toBe('SIGSEGV')
    expect((await reportOf(death)).crash.thread_count).toBeGreaterThan(4)
  })

  test.skipIf(!isRoot).each([
    ['null-write', 128 + 11],
    ['process-abort', 128 + 6],
  ])('as process 1 of a PID namespace, %s ends with %i after its report is made (needs root)', async (way, status) => {
    const death = await die(folder, addon, [way], { wrapper: ['unshare', '--pid', '--fork', '--mount-proc'] })
    expect(death).toMatchObject({ status, signal: null })
    // The namespace is gone with its first process, and the handler with it.
    expect(waiting(death.folder)).toEqual([])
    expect((await reportOf(death)).crash.pid).toBe(1)
  })

  test('a limit of the address space 10 MB above what it has leaves room for the capture', async () => {
    const death = await die(folder, addon, ['wait'], {
      async onReady(child) {
        const kilobytes = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
        await run('prlimit', ['--pid', String(child.pid), `--as=${(kilobytes + 10 * 1024) * 1024}:`])
        child.kill('SIGSEGV')
      },
    })
    expect(death.signal).toBe('SIGSEGV')
    expect((await reportOf(death)).crash.thread_count).toBeGreaterThan(4)
  })

  const memoryGroups = '/sys/fs/cgroup/memory'
  test.skipIf(!isRoot || !hasMemoryGroups())(
    'so does a container limit 10 MB above what it uses (needs root and memory control groups)',
    async () => {
      const group = join(memoryGroups, `crashkeep-test-${process.pid}`)
      mkdirSync(group)
      undo(() => run('rmdir', [group]).catch(() => undefined))
      const death = await die(folder, addon, ['wait'], {
        wrapper: ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec "$0" "$@"`],
        onReady(child) {
          const used = Number(readFileSync(join(group, 'memory.usage_in_bytes'), 'utf8'))
          writeFileSync(join(group, 'memory.limit_in_bytes'), String(used + 10 * 1024 * 1024))
          child.kill('SIGSEGV')
        },
      })
      expect(death.signal).toBe('SIGSEGV')
      expect((await reportOf(death)).crash.thread_count).toBeGreaterThan(4)
    },
  )

  function hasMemoryGroups(): boolean {
    try {
      return readdirSync(memoryGroups).includes('memory.limit_in_bytes')
    } catch {
      return false
    }
  }

  test('the code that writes captures is clean under the address and undefined-behaviour sanitizers', async () => {
    const sources = ['capture-file.c', 'mappings.c', 'images.c', 'system-calls.c'].map((name) =>
      join(root, 'packages/reporter/capture', name),
    )
    const flags = [
      '-std=gnu11',
      '-g',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
      `-I${join(root, 'packages/reporter/capture')}`,
    ]
    const writer = await compile('write-capture.c', join(folder, 'write-capture'), [...flags, ...sources])
    const file = join(folder, 'written.capture')
    const { stderr } = await run(writer, [file], { timeout: toolTimeoutMs })
    expect(stderr).toBe('')
    const capture = readRawCapture(readFileSync(file))
    expect(capture).toMatchObject({ isWhole: true, problems: ['/proc/self/no-such-file (error 2)', 'n18446744073709551615 (error 0)'] })
    expect(capture?.memory.map(({ bytes }) => bytes.length)).toEqual([16, 0])
    expect(new TextDecoder().decode(capture?.maps)).toMatch(/\[stack\]\n/)
    const modules = moduleList(parseLinuxMaps(new TextDecoder().decode(capture?.maps)), memoryImage(capture?.images ?? []), writer)
    expect(modules[0]).toMatchObject({ name: writer, codeView: { kind: 'elf' } })
    expect(modules.map(({ name }) => leafName(name))).toContain('libc.so.6')
  })
})
