/** Each way in which a program can die natively: one report on every Node, and four readers that agree on the stack of the crash. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CrashDatabase } from '@crashkeep/reporter/database'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { crashingAddon, type Death, type DyingOptions, die, type Report, reportOf } from '../harness/dying-program.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { hasBreakpadTools, run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { startCollector, statusAnswer } from './collector.ts'
import {
  breakpadStack,
  breakpadSymbols,
  type GdbFrame,
  gdbStack,
  isInstalled,
  type OurFrame,
  ourMachineStack,
  ourStack,
  rustStack,
} from './stack-readers.ts'

interface DeathRow {
  readonly death: string
  readonly way: readonly string[]
  readonly signal: NodeJS.Signals
  /** One of the innermost functions. */
  readonly inside: string
  readonly options?: (folder: string) => DyingOptions
  readonly needsRoot?: true
  /** It ends with 128 + signal, and without a core file. */
  readonly isFirstProcess?: true
  /** Its parent reports what became of it. */
  readonly isDescendant?: true
}

const megabyte = 1024 * 1024
const nobody = 65_534
const installTimeoutMs = 300_000
/** What gdb shows at most. */
const gdbFrames = 100
/** epoll_pwait on x64 and on arm64, epoll_pwait2: where an idle Node waits. */
const idleCalls = ['281', '22', '441']
const idleTimeoutMs = 60_000
const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const coresAreFiles = isLinux && /^core/.test(readFileSync('/proc/sys/kernel/core_pattern', 'utf8'))
const hasGdb = coresAreFiles && (await isInstalled('gdb'))
const hasRust = await isInstalled('minidump-stackwalk')

const killed: DyingOptions = {
  async onReady(child) {
    await isAsleep(child.pid)
    child.kill('SIGSEGV')
  },
}

const rows: readonly DeathRow[] = [
  { death: 'a null write', way: ['null-write'], signal: 'SIGSEGV', inside: 'crash_null_write' },
  { death: 'an abort', way: ['abort'], signal: 'SIGABRT', inside: 'crash_abort' },
  { death: 'a stack overflow', way: ['stack-overflow'], signal: 'SIGSEGV', inside: 'crash_stack_overflow' },
  { death: 'a use after free in an addon', way: ['use-after-free'], signal: 'SIGSEGV', inside: 'crash_use_after_free' },
  { death: 'kill -SEGV from outside', way: ['wait'], signal: 'SIGSEGV', inside: 'uv__io_poll', options: () => killed },
  {
    death: 'an exhausted heap',
    way: ['out-of-memory'],
    signal: 'SIGABRT',
    inside: 'node::OOMErrorHandler(char const*, v8::OOMDetails const&)',
    options: () => ({ nodeFlags: ['--max-old-space-size=40'] }),
  },
  { death: 'a crash in a worker thread', way: ['worker', 'null-write'], signal: 'SIGSEGV', inside: 'crash_null_write' },
  { death: 'a crash in a thread of an addon', way: ['thread'], signal: 'SIGSEGV', inside: 'run_null_write' },
  { death: 'a crash while another thread crashes', way: ['two-threads'], signal: 'SIGSEGV', inside: 'run_together' },
  {
    death: 'a crash in a child of a child',
    way: ['child', 'child', 'null-write'],
    signal: 'SIGSEGV',
    inside: 'crash_null_write',
    isDescendant: true,
  },
  {
    death: 'a memory limit 10 MB above its size',
    way: ['wait'],
    signal: 'SIGSEGV',
    inside: 'uv__io_poll',
    options: () => ({
      async onReady(child) {
        const kilobytes = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
        await run('prlimit', ['--pid', String(child.pid), `--as=${kilobytes * 1024 + 10 * megabyte}:`])
        await isAsleep(child.pid)
        child.kill('SIGSEGV')
      },
    }),
  },
  {
    death: 'as PID 1 of a PID namespace',
    way: ['wait'],
    signal: 'SIGSEGV',
    inside: 'uv__io_poll',
    options: () => ({
      wrapper: ['unshare', '--pid', '--fork', '--mount-proc'],
      async onReady(child) {
        const pid = onlyChild(child.pid)
        await isAsleep(pid)
        process.kill(pid, 'SIGSEGV')
      },
    }),
    needsRoot: true,
    isFirstProcess: true,
  },
  {
    death: 'as an unprivileged user',
    way: ['null-write'],
    signal: 'SIGSEGV',
    inside: 'crash_null_write',
    options: () => ({ wrapper: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'], owner: nobody }),
    needsRoot: true,
  },
  { death: 'a broken heap of libc', way: ['corrupt-heap'], signal: 'SIGABRT', inside: 'crash_corrupt_heap' },
  { death: 'a bus error', way: ['bus'], signal: 'SIGBUS', inside: 'crash_bus' },
  { death: 'a division by zero', way: ['divide'], signal: 'SIGFPE', inside: 'crash_divide' },
  { death: 'an illegal instruction', way: ['illegal'], signal: 'SIGILL', inside: 'crash_illegal' },
  { death: 'a breakpoint', way: ['breakpoint'], signal: 'SIGTRAP', inside: 'crash_breakpoint' },
]

const titled = rows.map((row) => ({ ...row, title: row.needsRoot ? `${row.death} (needs root)` : row.death }))
const able = titled.filter(({ needsRoot }) => isRoot || needsRoot !== true)
const unable = titled.filter((row) => !able.includes(row))

describe.skipIf(!isLinux)('each native death (needs Linux)', () => {
  const undo = undoAfterAll()
  let folder: string
  let addon: string

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'agreement')
    await run('chmod', ['755', folder])
    addon = await crashingAddon(folder)
    await installNodes()
  }, installTimeoutMs)

  async function dieOf(row: DeathRow, more: DyingOptions = {}): Promise<{ death: Death; report: Report }> {
    const database = mkdtempSync(join(folder, 'database-'))
    const death = await die(folder, addon, row.way, { folder: database, ...row.options?.(database), ...more })
    if (row.isDescendant) expect(death.output).toContain(`child null ${row.signal}\n`)
    else if (row.isFirstProcess) expect(death).toMatchObject({ status: 128 + 11, signal: null })
    else expect(death).toMatchObject({ status: null, signal: row.signal })
    const report = await reportOf(death)
    expect(report.crash.crash_info.type).toContain(row.signal)
    expect(report.crash.problems).toEqual([])
    return { death, report }
  }

  test.skip.each(unable)('$title', () => {})

  describe.each(nodes.slice(1))('$name', ({ path: node }) => {
    test.concurrent.each(able)('$title: one report', async (row) => {
      const { report } = await dieOf(row, { node })
      expect(report.crash.crashing_thread?.frame_count).toBeGreaterThan(0)
    })
  })

  describe.skipIf(!hasBreakpadTools)("other readers of the same death (needs Breakpad's dump_syms)", () => {
    interface Studied {
      readonly dump: string
      readonly ours: readonly OurFrame[]
      readonly gdb: readonly GdbFrame[] | undefined
    }
    const studied = new Map<string, Promise<Studied>>()
    let symbols: string

    beforeAll(async () => {
      const libc = /\/\S*\/libc\.so\.6/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? ''
      const capture = join(root, `packages/reporter/prebuilt/linux-${process.arch}/capture.node`)
      symbols = await breakpadSymbols([addon, capture, libc, process.execPath], join(folder, 'symbols'))
      if (!hasRust) process.stdout.write("rust-minidump's minidump-stackwalk is not installed: it is not compared with.\n")
    }, installTimeoutMs)

    /** Dies once for all readers. */
    function study(row: DeathRow): Promise<Studied> {
      const known = studied.get(row.death)
      if (known !== undefined) return known
      const now = row.isFirstProcess ? studyFirstProcess(row) : studyWithCore(row)
      studied.set(row.death, now)
      return now
    }

    async function studyWithCore(row: DeathRow): Promise<Studied> {
      const inner = row.options?.(folder).wrapper ?? []
      const { death, report } = await dieOf(row, hasGdb ? { wrapper: ['sh', '-c', 'ulimit -c unlimited; exec "$0" "$@"', ...inner] } : {})
      const ours = await ourStack(report.path, symbols)
      if (!hasGdb) return { dump: report.path, ours, gdb: undefined }
      const cores = readdirSync(death.folder).filter((name) => name.startsWith('core'))
      expect(cores).toHaveLength(1)
      const core = join(death.folder, cores[0] ?? '')
      const gdb = await gdbStack([process.execPath, core], report.crash.crashing_thread?.thread_id)
      rmSync(core)
      return { dump: report.path, ours, gdb }
    }

    /** It leaves no core file, so gdb looks at the process itself while a server makes it wait for the end of the upload. */
    async function studyFirstProcess(row: DeathRow): Promise<Studied> {
      const collector = await startCollector(undo)
      const database = mkdtempSync(join(folder, 'database-'))
      new CrashDatabase(database).setUploadsEnabled(true)
      let pid = 0
      let gdb: Promise<GdbFrame[]> | undefined
      collector.answer = async (request, response, crash) => {
        // Its wait is bounded; stopped, it does not wait while gdb is slow.
        process.kill(pid, 'SIGSTOP')
        if (hasGdb) gdb = gdbStack(['-p', String(pid)])
        await gdb?.catch(() => undefined)
        process.kill(pid, 'SIGCONT')
        statusAnswer(404)(request, response, crash)
      }
      const { death, report } = await dieOf(row, {
        folder: database,
        environment: { SUBMIT_URL: collector.url },
        async onReady(child) {
          pid = onlyChild(child.pid)
          await isAsleep(pid)
          process.kill(pid, row.signal)
        },
      })
      expect(readdirSync(death.folder).filter((name) => name.startsWith('core'))).toEqual([])
      expect(report.crash.pid).toBe(1)
      return { dump: report.path, ours: await ourStack(report.path, symbols), gdb: await gdb }
    }

    test.each(able)("$title: Breakpad's minidump_stackwalk, rust-minidump where it is, and ours see the same stack", async (row) => {
      const { dump, ours } = await study(row)
      const [machine, breakpad, rust] = await Promise.all([
        ourMachineStack(dump, symbols),
        breakpadStack(dump, symbols),
        hasRust ? rustStack(dump, symbols) : undefined,
      ])
      expect(ours.slice(0, 12).map((frame) => frame.function)).toContain(row.inside)
      expect(machine).toHaveLength(ours.length)
      expect(breakpad).toEqual(machine)
      if (rust !== undefined) expect(rust).toEqual(ours)
    })

    describe.skipIf(!hasGdb)('gdb (needs gdb and core files)', () => {
      test.each(able)('$title: gdb sees the same frames from the innermost to the outermost function', async (row) => {
        const { ours, gdb = [] } = await study(row)
        expect(gdb.map(({ address }, i) => callAddress(address, i))).toEqual(ours.slice(0, gdb.length).map(({ offset }) => BigInt(offset)))
        expect(gdb.map(({ name }) => name).join()).toContain(row.inside.replace(/\(.*/, ''))
        gdb.forEach(({ name, line }, i) => {
          if (ours[i]?.module === 'crashes.node') expect({ name, line }).toEqual({ name: ours[i]?.function, line: ours[i]?.line })
        })
        // Behind the outermost function, stack walkers find what looks like a frame.
        const outermost = ours.findIndex((frame) => frame.function === '_start')
        expect(gdb).toHaveLength(Math.min(gdbFrames, outermost < 0 ? ours.length : outermost + 1))
      })
    })
  })
})

/** gdb shows the instruction that comes next, except in the innermost frame; stack walkers the call before it. */
function callAddress(address: string, index: number): bigint {
  return index === 0 ? BigInt(address) : BigInt(address) - 1n
}

function onlyChild(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** Until its main thread waits for events, so that the signal finds it at one and the same place. */
function isAsleep(pid: number | undefined): Promise<unknown> {
  return until('the process to be idle', idleTimeoutMs, () => {
    const [call = ''] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ')
    return idleCalls.includes(call) || undefined
  })
}
