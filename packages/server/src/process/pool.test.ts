import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endlessDump, endlessSymbols } from '../../testing/endless-dump.ts'
import type { ModuleAsked } from './messages.ts'
import { ProcessPool } from './pool.ts'
import type { Limits } from './worker-process.ts'

let folder: string
let pool: ProcessPool | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crashkeep-pool-'))
})
afterEach(async () => {
  await pool?.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(limits: Partial<Limits> = {}, size = 1): ProcessPool {
  pool = new ProcessPool({ size, readable: [folder], workFolder: join(folder, 'work'), limits })
  return pool
}

function input(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const now = Date.UTC(2026, 0, 1)
const noSymbols = async (modules: readonly ModuleAsked[]): Promise<(string | null)[]> => modules.map(() => null)

function run(processes: ProcessPool, inputPath: string, kind: 'minidump' | 'browser' = 'minidump', symbols = noSymbols) {
  return processes.run(
    { kind, inputPath, outputPath: processes.resultPath('result.json'), fields: [['ptype', 'renderer']], now, receivedAt: now },
    symbols,
  )
}

const module = { baseAddress: 0x400000n, size: 0x10000, name: '/usr/bin/app', buildId: '00112233445566778899aabbccddeeff00112233' }
const amd64 = (rip: bigint, rsp: bigint) => ({ registers: { rip, rsp } })

/** A program that read a null pointer in its own module. */
function dump(words: readonly bigint[] = [0x400100n, 0n]): Uint8Array {
  const memory = stack(0x7fff0000n, words)
  return synthDump({
    modules: [module],
    threads: [{ id: 7, stack: memory, context: amd64(0x401234n, 0x7fff0000n) }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context: amd64(0x401234n, 0x7fff0000n) },
    crashpad: { annotations: new Map([['ver', '1.2.3']]) },
  })
}

/** The child's time, which nothing but an end from outside shortens. */
function runEndless(processes: ProcessPool) {
  const symbols = input('endless.sym', endlessSymbols)
  return run(processes, input('endless.dmp', endlessDump()), 'minidump', async (modules) => modules.map(() => symbols))
}

describe('pool of processes that read reports', () => {
  test('reads a dump and tells its signature, platform, time and modules', async () => {
    const processes = open()
    const outcome = await run(processes, input('a.dmp', dump()))
    expect(outcome).toMatchObject({
      kind: 'done',
      summary: {
        signature: 'app+0x1234',
        reason: expect.stringContaining('SIGSEGV'),
        platform: 'Linux amd64',
        crashedAt: 1_600_000_000_000,
        annotations: [['ver', '1.2.3']],
        modules: [{ debugFile: 'app', hadSymbols: false }],
      },
    })
    const written: unknown = JSON.parse(readFileSync(processes.resultPath('result.json'), 'utf8'))
    expect(written).toMatchObject({ processorVersion: 1, crash: { crash_info: { crashing_thread: 0 } } })
  })

  test('uses the symbol file that the parent names', async () => {
    const processes = open()
    const seen: ModuleAsked[] = []
    const outcome = await run(processes, input('a.dmp', dump()), 'minidump', async (modules) => {
      seen.push(...modules)
      const { debugFile = '', debugId = '' } = modules[0] ?? {}
      return [
        input(
          'app.sym',
          `MODULE Linux x86_64 ${debugId} ${debugFile}\nFUNC 1200 100 0 Widget::draw(int)\n1200 100 42 0\nFILE 0 widget.cc\n`,
        ),
      ]
    })
    expect(seen).toHaveLength(1)
    expect(outcome).toMatchObject({ kind: 'done', summary: { signature: 'Widget::draw', modules: [{ hadSymbols: true }] } })
  })

  test('says what is wrong with garbage, and is not asked to try again', async () => {
    const outcome = await run(open(), input('a.dmp', 'this is no minidump, however often it is read'))
    expect(outcome).toMatchObject({ kind: 'unreadable', code: 'bad_signature' })
  })

  test('kills a child beyond its time, and the next report is read by a fresh one', async () => {
    // Time enough for an ordinary one even on a busy machine.
    const processes = open({ maxJobMs: 3000, watchIntervalMs: 20 })
    expect(await runEndless(processes)).toMatchObject({ kind: 'died', code: 'processor_time' })
    expect(await run(processes, input('a.dmp', dump()))).toMatchObject({ kind: 'done' })
  })

  test.skipIf(process.platform !== 'linux')('kills a child beyond its resident memory', async () => {
    const processes = open({ maxResidentBytes: 200 * 1024 * 1024, watchIntervalMs: 5 })
    expect(await run(processes, input('endless.dmp', endlessDump()))).toMatchObject({ kind: 'died', code: 'processor_memory' })
    expect(await run(processes, input('a.dmp', 'garbage that needs nothing'))).not.toMatchObject({ code: 'processor_memory' })
  })

  test("names memory as the cause when V8's own limit ends the child", async () => {
    const processes = open({ maxHeapMiB: 16 })
    const outcome = await run(processes, input('endless.dmp', endlessDump()))
    expect(outcome).toMatchObject({ kind: 'died', code: 'processor_memory' })
  })

  test('fails one report alone when its child is killed from outside', async () => {
    const processes = open({}, 2)
    const slow = runEndless(processes)
    const child = await childOf(processes)
    process.kill(child, 'SIGKILL')
    expect(await slow).toMatchObject({ kind: 'died', code: 'processor_crash' })
    expect(await run(processes, input('a.dmp', dump()))).toMatchObject({ kind: 'done' })
  })

  test('reads and writes no other file than it was given', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'crashkeep-outside-'))
    writeFileSync(join(outside, 'a.dmp'), dump())
    const processes = open()
    expect(await run(processes, join(outside, 'a.dmp'))).toMatchObject({ kind: 'died', message: expect.stringContaining('restricted') })
    const stolen = join(outside, 'result.json')
    const task = { kind: 'minidump' as const, inputPath: input('a.dmp', dump()), outputPath: stolen, fields: [], now, receivedAt: now }
    expect(await processes.run(task, noSymbols)).toMatchObject({ kind: 'died', message: expect.stringContaining('restricted') })
    expect(existsSync(stolen)).toBe(false)
    rmSync(outside, { recursive: true })
  })

  test.skipIf(process.platform !== 'linux')(
    'runs children below the priority of uploads, and without a network where the machine allows it',
    async () => {
      const processes = open()
      const slow = runEndless(processes)
      const child = await childOf(processes)
      const fields = readFileSync(`/proc/${child}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
      // Only root may raise what began lower.
      const lowest = process.getuid?.() === 0 ? 0 : getPriority()
      expect(fields[16]).toBe(String(Math.max(10, lowest)))
      if (processes.networkless) {
        const devices = readFileSync(`/proc/${child}/net/dev`, 'latin1').trim().split('\n').slice(2)
        expect(devices.map((line) => line.trim().split(':')[0])).toEqual(['lo'])
      }
      await processes.close()
      expect(await slow).toMatchObject({ kind: 'died', code: 'processor_stopped' })
    },
  )

  test('reads a browser report of any spelling', async () => {
    const report = {
      report: {
        type: 'crash',
        age: 7,
        url: 'https://shop.example/cart?x=1',
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0',
        body: { reason: 'oom', isTopLevel: 'true', page_visibility: 'hidden', release: '2.0', crash_report_api: { phase: 'pay' } },
      },
      neighbours: [{ type: 'csp-violation', url: 'https://shop.example/', body: { a: 1 } }],
    }
    const processes = open()
    expect(await run(processes, input('report.json', JSON.stringify(report)), 'browser')).toMatchObject({
      kind: 'done',
      summary: { reason: 'oom', platform: 'Linux' },
    })
    const written: unknown = JSON.parse(readFileSync(processes.resultPath('result.json'), 'utf8'))
    expect(written).toMatchObject({
      sentence: 'The page shop.example/cart ran out of memory while it was hidden.',
      crash: {
        isTopLevel: true,
        visibilityState: 'hidden',
        context: { release: '2.0', phase: 'pay' },
        stackMissing: 'not_sent',
        neighbours: [{ type: 'csp-violation' }],
      },
    })
  })
})

/** Waits until a child is there; bounded by the test's own time. */
async function childOf(processes: ProcessPool): Promise<number> {
  for (;;) {
    const [pid] = processes.pids
    const command = pid === undefined ? '' : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    if (pid !== undefined && command.includes('--permission')) return pid
  }
}
