import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installNodes } from '../harness/peer-nodes.ts'
import { type Collector, startCollector } from './collector.ts'
import { executables, makeExecutables } from './single-executable.ts'

const undo = undoAfterAll()
const runTimeoutMs = 60_000
let collector: Collector
let database: string

beforeAll(async () => {
  await installNodes()
  await makeExecutables()
}, 600_000)
beforeEach(async () => {
  collector = await startCollector(undo)
  database = temporaryFolder(undo, 'single-executable')
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

function run(path: string, way: string): Promise<Ended> {
  const child = spawn(path, [way, collector.url, database], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: runTimeoutMs,
    killSignal: 'SIGKILL',
  })
  const ended = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      ended[name] += chunk.toString()
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...ended }))
  })
}

describe.each(executables)('a single executable of $name', ({ path }) => {
  test('keeps a crash, and its next start makes a report of it and sends it', async () => {
    expect(await run(path, 'signal')).toEqual({ code: null, signal: 'SIGSEGV', stdout: '', stderr: '' })
    // It starts no other program: the capture stays as it is.
    expect(readdirSync(join(database, 'captures'))).toEqual([expect.stringMatching(/\.capture$/)])
    expect(readdirSync(join(database, 'pending'))).toEqual([])
    const { code, stdout, stderr } = await run(path, 'wait')
    const { fields, files } = await collector.next()
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{16}\n$/), stderr: '' })
    expect(Object.fromEntries(fields)).toMatchObject({ _productName: 'Single', way: 'signal', ptype: 'browser', prod: 'Node.js' })
    expect(files.get('upload_file_minidump')?.bytes.subarray(0, 4).toString()).toBe('MDMP')
    expect(readdirSync(join(database, 'captures')).filter((name) => name.endsWith('.capture'))).toEqual([])
  })

  test('does the same with an exception that nobody caught', async () => {
    const { code, stderr } = await run(path, 'throw')
    expect(code).toBe(1)
    expect(stderr).toContain('Error: thrown in a single executable')
    await run(path, 'wait')
    expect((await collector.next()).fields.get('js.message')).toBe('thrown in a single executable')
  })
})
