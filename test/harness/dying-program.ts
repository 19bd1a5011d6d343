/** Runs test/programs/dying.mjs to its death and reads what the reporter made of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesSource, type Minidump, readMinidump } from '../../packages/minidump/src/index.ts'
import { type ProcessedCrash, processMinidump } from '../../packages/stackwalk/src/index.ts'
import { compile, run } from './programs.ts'
import { root } from './server.ts'
import { until } from './until.ts'

const program = join(root, 'test/programs/dying.mjs')
const reporter = join(root, 'packages/reporter/dist/capture/start-capture.js')
const deathTimeoutMs = 120_000
const reportTimeoutMs = 120_000
const include = ['x64', 'arm64'].map((arch) => join(root, `node_modules/node-linux-${arch}/include/node`)).find(existsSync)

export interface DyingOptions {
  readonly node?: string
  /** Instead of dying.mjs. */
  readonly program?: readonly string[]
  readonly nodeFlags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Runs the program: `unshare --pid`, `setpriv`. */
  readonly wrapper?: readonly string[]
  readonly isReported?: boolean
  /** Of the user who runs it. */
  readonly owner?: number
  readonly folder?: string
  /** Called when the program has said that it waits. */
  readonly onReady?: (child: ChildProcess) => Promise<void> | void
  /** How the process is started without a shell, in a folder that may get its core file. */
  readonly cwd?: string
}

export interface Death {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
  readonly pid: number
  readonly folder: string
}

/** The addon that crashes; the reporter's own is built when it is older than its sources. */
export async function crashingAddon(folder: string): Promise<string> {
  await run(process.execPath, [join(root, 'packages/reporter/scripts/build-addon.mjs')])
  return compile('crashes.c', join(folder, 'crashes.node'), [
    '-shared',
    '-fPIC',
    '-g',
    '-O1',
    '-fno-omit-frame-pointer',
    '-pthread',
    `-I${include}`,
  ])
}

export async function die(folder: string, addon: string, way: readonly string[], options: DyingOptions = {}): Promise<Death> {
  const database = options.folder ?? mkdtempSync(join(folder, 'database-'))
  for (const each of ['new', 'pending', 'completed', 'attachments']) mkdirSync(join(database, each), { recursive: true })
  if (options.owner !== undefined) {
    for (const each of ['', 'new', 'pending', 'completed', 'attachments']) chownSync(join(database, each), options.owner, options.owner)
  }
  const environment = { DATABASE: database, CRASHES: addon, REPORTER: options.isReported === false ? '' : reporter }
  const [command = '', ...args] = [
    ...(options.wrapper ?? []),
    options.node ?? process.execPath,
    ...(options.nodeFlags ?? []),
    ...(options.program ?? [program]),
    ...way,
  ]
  const child = spawn(command, args, {
    cwd: options.cwd ?? database,
    env: { PATH: process.env.PATH, ...environment, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deathTimeoutMs,
    killSignal: 'SIGKILL',
  })
  let [output, errors] = ['', '']
  let isReady = false
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (isReady || !output.includes('ready\n')) return
    isReady = true
    void options.onReady?.(child)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve({ status, signal, output, errors, pid: child.pid ?? 0, folder: database }))
  })
}

/** Files of captures that are no report yet. */
export function waiting(folder: string): string[] {
  const captures = join(folder, 'captures')
  return existsSync(captures) ? readdirSync(captures).filter((name) => !name.startsWith('log')) : []
}

/** Paths of the dumps when nothing waits any more. */
export async function dumpsOf(death: Death): Promise<string[]> {
  return until(
    () => `a report in ${death.folder}: ${waiting(death.folder).join(' ')} ${log(death.folder)} ${death.errors.slice(-500)}`,
    reportTimeoutMs,
    () => {
      const dumps = ['pending', 'completed'].flatMap((part) => dumpsIn(join(death.folder, part)))
      return dumps.length > 0 && waiting(death.folder).length === 0 ? dumps : undefined
    },
  )
}

function dumpsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.dmp') ? [join(folder, name)] : []))
}

export function log(folder: string): string {
  const path = join(folder, 'captures/log.txt')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

export interface Report {
  readonly path: string
  readonly dump: Minidump
  readonly crash: ProcessedCrash
  /** Annotations of the process and of the main module. */
  readonly annotations: Readonly<Record<string, string>>
}

/** The one report of a death; fails when there are several. */
export async function reportOf(death: Death): Promise<Report> {
  const paths = await dumpsOf(death)
  const [path] = paths
  if (path === undefined || paths.length !== 1) throw new Error(`${paths.length} reports instead of one`)
  const dump = readMinidump(bytesSource(readFileSync(path)))
  const objects = dump.crashpad?.modules.flatMap(({ annotationObjects }) => annotationObjects) ?? []
  const annotations = {
    ...Object.fromEntries(dump.crashpad?.annotations ?? []),
    ...Object.fromEntries(objects.map(({ name, text }) => [name, text ?? ''])),
  }
  return { path, dump, crash: await processMinidump(dump), annotations }
}
