import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)))
/** The command as it is shipped. */
export const commandFile: string = join(packageFolder, 'dist/main.js')
export const launcherFile: string = join(packageFolder, 'bin/crashkeep.mjs')

/** Bounds a command that hangs; a loaded machine needs seconds for what takes 200 ms. */
const commandTimeoutMs = 120_000
const startTimeoutMs = 120_000

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `crashkeep …args` in a process of its own, to its end. */
export async function crashkeep(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [commandFile, ...args], { stdio: 'pipe', timeout: commandTimeoutMs, killSignal: 'SIGKILL' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A command that does not read its input may end before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  await once(child, 'close')
  return { status: child.exitCode, signal: child.signalCode, stdout, stderr }
}

export interface RunningServer {
  readonly child: ChildProcess
  readonly url: string
  readonly ingestUrl: string
  readonly data: string
  /** `--server … --data …` for the commands that talk to it. */
  readonly connection: readonly string[]
  readonly greeting: string
  /** Sends the signals one after the other and waits for the end. */
  stop(...signals: NodeJS.Signals[]): Promise<Ended & { readonly tookMs: number }>
}

/** `crashkeep serve` on a free port and a data folder of its own, once it has said that it listens. */
export async function startServer(
  data: string,
  args: readonly string[] = [],
  command = [process.execPath, commandFile],
): Promise<RunningServer> {
  const [program = '', ...first] = command
  const child = spawn(program, [...first, 'serve', '--port', '0', '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  const exited = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const greeting = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (/submitURL: .*\n/.test(stdout)) resolve(stdout)
    })
    child.once('exit', () => reject(new Error(`The server ended instead of listening: ${stdout}${stderr}`)))
  })
  clearTimeout(late)
  const ingestUrl = /^ +ingest +(\S+)$/m.exec(greeting)?.[1] ?? ''
  const url = new URL(ingestUrl).origin
  return {
    child,
    url,
    ingestUrl,
    data,
    greeting,
    connection: ['--server', url, '--data', data],
    stop: async (...signals) => {
      const began = performance.now()
      for (const signal of signals) child.kill(signal)
      const hangs = setTimeout(() => child.kill('SIGKILL'), commandTimeoutMs)
      await exited
      clearTimeout(hangs)
      return { status: child.exitCode, signal: child.signalCode, stdout, stderr, tookMs: performance.now() - began }
    },
  }
}

export function adminToken(server: RunningServer): string {
  return readFileSync(join(server.data, 'admin-token'), 'utf8').trim()
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'crashkeep-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
