/** Other services' own clients, unmodified, from the npm registry: installed once into the cache of the checkout, at exact versions. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installOnce, peersFolder } from './install-once.ts'
import { run } from './programs.ts'
import { root } from './server.ts'

const folder = peersFolder('clients')
const programs = join(root, 'test/clients/programs')
const programTimeoutMs = 120_000
const foreignTimeoutMs = 90_000

/** The newest of each that the registry can install, and older ones that programs still use; BugSplat's client for Node.js wants the older of its two. */
const dependencies = {
  '@sentry/node': '11.11.0',
  'sentry-node-7': 'npm:@sentry/node@7.120.4',
  '@sentry/electron': '7.20.2',
  'sentry-electron-5': 'npm:@sentry/electron@5.12.0',
  '@backtrace/node': '0.8.3',
  '@backtrace/electron': '0.7.1',
  'backtrace-node': '1.2.0',
  '@bugsnag/node': '9.0.0',
  'bugsnag-node-7': 'npm:@bugsnag/node@7.25.0',
  '@bugsnag/plugin-electron-deliver-minidumps': '9.0.0',
  'bugsplat-node': '3.0.2',
  bugsplat: '8.0.1',
  bugsplat9: 'npm:bugsplat@9.0.1',
  '@bugsplat/js-api-client': '14.5.0',
  express: '5.3.0',
  '@bugsplat/symbol-upload': '10.2.4',
  // Its binary is an optional dependency, which needs no script to be installed.
  '@sentry/cli': '3.8.0',
}

export async function installClients(): Promise<void> {
  await installOnce('clients', dependencies)
}

/** A file of an installed client. */
export function clientFile(path: string): string {
  return join(folder, 'node_modules', path)
}

export interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs one of their programs in a folder, which is its home, too. */
export async function runForeign(program: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Ended> {
  const options = { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env }, timeout: foreignTimeoutMs }
  return run(program, [...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? -1,
      output: `${error.stdout ?? ''}${error.stderr ?? ''}`,
    }),
  )
}

/** What one of them exports, loaded into this process; nothing is known of its type. */
export function loadClient(name: string): unknown {
  return createRequire(join(folder, 'package.json'))(name)
}

/** Runs one of the programs beside the tests to its end; its last line is JSON. */
export function runClient(name: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(programs, `${name}.cjs`)], {
      env: { PATH: process.env.PATH, CLIENTS: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: programTimeoutMs,
      killSignal: 'SIGKILL',
    })
    let [output, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', () => {
      const line = output.trim().split('\n').at(-1) ?? ''
      try {
        resolve(JSON.parse(line))
      } catch {
        reject(new Error(`${name} did not say what it did: ${output.slice(-2000)}${errors.slice(-4000)}`))
      }
    })
  })
}
