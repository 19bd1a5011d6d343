/** The process of Electron's old documents: ELECTRON_INTERNAL_CRASH_SERVICE and three arguments; it watches a folder and sends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CrashDatabase } from '@crashkeep/reporter/database'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { idAnswer, startCollector, statusAnswer } from './collector.ts'
import { dumpThatSays } from './reports.ts'

const undo = undoAfterAll()
const register = pathToFileURL(join(root, 'packages/reporter/dist/register.js')).href
const program = join(root, 'packages/reporter/dist/monitor/monitor-main.js')
const stepMs = 20_000
const minuteAgo = (): Date => new Date(Date.now() - 60_000)

interface Monitor {
  readonly process: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** As the documents start it; with plain Node.js a program of the host's own stands before the arguments. */
function startMonitor(args: readonly string[], way: 'program' | 'register' = 'program'): Monitor {
  const script = way === 'program' ? [program] : ['--import', register, join(root, 'test/reporter/programs/app.mjs')]
  const child = spawn(process.execPath, [...script, ...args], {
    env: { ELECTRON_INTERNAL_CRASH_SERVICE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => child.once('close', (code) => resolve({ code, stderr })))
  undo(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { process: child, ended }
}

function argumentsFor(url: string, folder: string): string[] {
  return [`--reporter-url=${url}`, '--application-name=YourName', `--crashes-directory=${folder}`, '--v=1']
}

describe.each(['program', 'register'] as const)('the monitor, started as %s,', (way) => {
  test('wants the name of the application', async () => {
    const { ended } = startMonitor(['--reporter-url=http://127.0.0.1:9/', '--crashes-directory=/tmp/x'], way)
    expect(await ended).toEqual({ code: 1, stderr: "Application's name must be specified with --application-name\n" })
  })

  test('wants the folder', async () => {
    const { ended } = startMonitor(['--reporter-url=http://127.0.0.1:9/', '--application-name=YourName'], way)
    expect(await ended).toEqual({ code: 1, stderr: 'Crashes directory path must be specified with --crashes-directory\n' })
  })

  test('ends with 2 when there can be no such folder', async () => {
    const file = join(temporaryFolder(undo, 'monitor'), 'file')
    writeFileSync(file, '')
    const { ended } = startMonitor(argumentsFor('http://127.0.0.1:9/', join(file, 'folder')), way)
    expect(await ended).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOTDIR') })
  })

  test('sends what a process leaves in the database, and what Breakpad leaves beside it', async () => {
    const folder = join(temporaryFolder(undo, 'monitor'), 'YourName Crashes')
    const collector = await startCollector(undo)
    collector.answer = idAnswer('abc-123')
    const monitor = startMonitor(argumentsFor(collector.url, folder), way)
    await until('the monitor to make its folder', stepMs, () => existsSync(join(folder, 'operation_log.txt')) || undefined)
    const database = new CrashDatabase(folder)
    const id = database.add(dumpThatSays({ own: { process_type: 'renderer' } }))
    const crash = await collector.next()
    expect(crash.files.get('upload_file_minidump')?.fileName).toBe(`${id}.dmp`)
    expect(crash.fields.get('process_type')).toBe('renderer')

    const loose = join(folder, 'f0e1d2c3-0000-4000-8000-000000000001.dmp')
    writeFileSync(loose, dumpThatSays())
    utimesSync(loose, minuteAgo(), minuteAgo())
    expect((await collector.next(2)).files.get('upload_file_minidump')?.fileName).toBe('f0e1d2c3-0000-4000-8000-000000000001.dmp')
    await until('both to be noted', stepMs, () => (linesOf(join(folder, 'uploads.log')).length === 2 ? true : undefined))
    expect(linesOf(join(folder, 'uploads.log'))[0]).toMatch(/^\d{10},abc-123$/)
    expect(linesOf(join(folder, 'crash_checkpoint.txt'))[2]).toBe('2')
    expect(readdirSync(folder).filter((name) => name.endsWith('.dmp'))).toEqual([])
    monitor.process.kill('SIGTERM')
    expect((await monitor.ended).code).toBe(0)
  })
})

describe('the monitor', () => {
  test('keeps a line for each report that waits, and stops at 128 in a day', async () => {
    const folder = join(temporaryFolder(undo, 'monitor'), 'crashes')
    const collector = await startCollector(undo)
    collector.answer = statusAnswer(503)
    mkdirSync(folder)
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    writeFileSync(join(folder, 'crash_checkpoint.txt'), `GBP1\n${today}\n128\n`)
    const database = new CrashDatabase(folder)
    database.setUploadsEnabled(true)
    const id = database.add(dumpThatSays({ process: { _productName: 'YourName' } }))
    const monitor = startMonitor(argumentsFor(collector.url, folder))
    const notes = join(folder, `${id}.txt`)
    await until('the report to be described', stepMs, () => (existsSync(notes) && linesOf(notes).length > 2 ? true : undefined))
    expect(linesOf(notes)).toContain('_productName:YourName')
    monitor.process.kill('SIGTERM')
    await monitor.ended
    expect(collector.crashes).toEqual([])
    expect(database.stored()[0]).toMatchObject({ state: 'pending', uploadAttempts: 0 })
  })
})

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
}
