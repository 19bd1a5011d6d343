/** What TypeScript programs see, in each of the ways in which TypeScript finds a package. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { root } from '../harness/server.ts'

const undo = undoAfterAll()
const compileTimeoutMs = 120_000
let folder: string

const imports = `
import { app, crashReporter, crashReporterBefore9, deliverReports, openCrashDatabase } from '@crashkeep/reporter'
import type { CrashReport, CrashReporterStartOptions, ListedReport } from '@crashkeep/reporter'
import { CrashDatabase, deliver, ReporterError } from '@crashkeep/reporter/database'
import '@crashkeep/reporter/register'
`
const uses = `
const options: CrashReporterStartOptions = { submitURL: 'https://crash.example/', rateLimit: true, retention: { maxDays: 3 } }
crashReporter.start(options)
process.crashReporter.addExtraParameter('name', 'value')
crashReporterBefore9.start(options)
const last: CrashReport | null = crashReporter.getLastCrashReport()
const listed: Promise<ListedReport[]> = openCrashDatabase().then((database) => database.list())
const database: CrashDatabase = new CrashDatabase('/reports')
const path: string = app.getPath('crashDumps')
const sent: Promise<void>[] = [deliverReports(), deliver('/reports', options)]
const isOurs: boolean = last instanceof ReporterError
const never: never = process.crash()
export const all: unknown[] = [last, listed, database, path, sent, isOurs, never]
// @ts-expect-error: an address is a text.
crashReporter.start({ submitURL: 5 })
// @ts-expect-error: there is no such option.
crashReporter.start({ submitUrl: 'https://crash.example/' })
`

beforeAll(() => {
  folder = temporaryFolder(undo, 'types')
  mkdirSync(join(folder, 'node_modules/@crashkeep'), { recursive: true })
  symlinkSync(join(root, 'packages/reporter'), join(folder, 'node_modules/@crashkeep/reporter'))
  writeFileSync(join(folder, 'package.json'), '{"name":"types"}')
  writeFileSync(join(folder, 'module.mts'), imports + uses)
  writeFileSync(join(folder, 'common.cts'), imports + uses)
  writeFileSync(
    join(folder, 'required.cts'),
    "import reporter = require('@crashkeep/reporter')\nreporter.crashReporter.start({ submitURL: '' })\n",
  )
})

test.each([
  ['node16', 'node16', ['module.mts', 'common.cts', 'required.cts']],
  ['nodenext', 'nodenext', ['module.mts', 'common.cts', 'required.cts']],
  ['esnext', 'bundler', ['module.mts']],
  ['preserve', 'bundler', ['module.mts', 'common.cts', 'required.cts']],
])('the package is typed for modules of the kind %s, found as %s', (module, moduleResolution, files) => {
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  const kind = ['--module', module, '--moduleResolution', moduleResolution, '--target', 'es2022']
  const args = ['--ignoreConfig', '--noEmit', '--strict', ...types, ...kind, ...files]
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: compileTimeoutMs,
  })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
})
