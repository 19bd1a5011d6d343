/** A program of its own folder, as a user has it: package.json, the reporter in node_modules, and steps that a test gives it. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../harness/server.ts'

export type Steps = readonly (readonly [string, ...(readonly unknown[])])[]

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What the steps answered; of a process that died, nothing. */
  readonly answers: readonly unknown[]
}

export interface RunOptions {
  /** Node.js that runs it; the pinned one by default. */
  readonly node?: string
  readonly flags?: readonly string[]
  /** Runs Node.js: `sh -c`. */
  readonly wrapper?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const runTimeoutMs = 60_000
const buildTimeoutMs = 120_000

// What a process loads is a bundle; tsc alone does not renew it.
execFileSync(process.execPath, [join(root, 'packages/reporter/scripts/build-addon.mjs')], { timeout: buildTimeoutMs })

export const register: readonly string[] = ['--import', '@crashkeep/reporter/register']

export interface Zombies {
  readonly folder: string
  /** Where it keeps its reports by default. */
  readonly crashDumps: string
  /** What `run` gives to Node.js, and the environment. */
  command(steps: Steps, options?: RunOptions): string[]
  readonly environment: NodeJS.ProcessEnv
  run(steps: Steps, options?: RunOptions): Promise<Ended>
  /** A file of its folder. */
  script(name: string, options?: RunOptions): Promise<Ended>
  /** CommonJS. */
  evaluate(code: string, options?: RunOptions): Promise<Ended>
}

/** In a folder with a blank in its name, and with settings of its own, so that nothing of this user is touched. */
export function zombies(folder: string): Zombies {
  const program = join(folder, 'the app')
  const configuration = join(folder, 'configuration')
  mkdirSync(join(program, 'node_modules/@crashkeep'), { recursive: true })
  symlinkSync(join(root, 'packages/reporter'), join(program, 'node_modules/@crashkeep/reporter'))
  writeFileSync(
    join(program, 'package.json'),
    JSON.stringify({ name: 'zombies', productName: 'Zombies', version: '1.2.3', type: 'module' }),
  )
  cpSync(join(root, 'test/reporter/programs/app.mjs'), join(program, 'app.mjs'))
  const ownEnvironment = { PATH: process.env.PATH ?? '', HOME: folder, XDG_CONFIG_HOME: configuration, TMPDIR: folder }
  const command = (steps: Steps, { flags = register }: RunOptions = {}): string[] => [
    ...flags,
    join(program, 'app.mjs'),
    JSON.stringify(steps),
  ]
  const start = (args: readonly string[], { node = process.execPath, environment = {}, wrapper = [] }: RunOptions): Promise<Ended> => {
    const [file = node, ...rest] = [...wrapper, node, ...args]
    const child = spawn(file, rest, {
      cwd: program,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runTimeoutMs,
      killSignal: 'SIGKILL',
      env: { ...ownEnvironment, ...environment },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, answers: answersIn(stdout) }))
    })
  }
  return {
    folder: program,
    crashDumps: join(configuration, 'Zombies/Crashpad'),
    command,
    environment: ownEnvironment,
    run: (steps, options = {}) => start(command(steps, options), options),
    script: (name, options = {}) => start([...(options.flags ?? []), name], options),
    evaluate: (code, options = {}) => start([...(options.flags ?? []), '-e', code], options),
  }
}

/** Of the program and of its children, one line each, in the order of their ends. */
function answersIn(stdout: string): unknown[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('[') ? JSON.parse(line) : []))
}
