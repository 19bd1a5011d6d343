/** `crashkeep serve` in a process of its own, as a user starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReportDetail } from '../../packages/server/src/api-types.ts'
import { type Answer, type Exchange, exchange } from './http.ts'
import { until } from './until.ts'

export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const command = join(root, 'packages/cli/dist/main.js')
/** Both bound a server that hangs: with other programs on all cores a start takes ten seconds. */
const startTimeoutMs = 120_000
const stopTimeoutMs = 60_000
const maxOutput = 64 * 1024

export interface ServerOptions {
  readonly dataDir: string
  readonly arguments?: readonly string[]
  /** PEM certificate that the server was given. */
  readonly ca?: Buffer
  readonly environment?: Readonly<Record<string, string>>
  /** Another build of the command than the checkout's own. */
  readonly command?: string
}

/** Starts a server on a free port and waits until it listens. It never outlives this process. */
export async function startServer(options: ServerOptions): Promise<TestedServer> {
  const child = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      process.execPath,
      options.command ?? command,
      'serve',
      '--port',
      '0',
      '--data',
      options.dataDir,
      ...(options.arguments ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.environment } },
  )
  const server = new TestedServer(child, options)
  try {
    await server.listening()
    return server
  } catch (error) {
    await server.kill()
    throw error
  }
}

export class TestedServer {
  readonly #child: ChildProcess
  readonly #options: ServerOptions
  readonly #ended: Promise<void>
  #output = ''
  url = ''
  /** Of the project `default`. */
  ingestUrl = ''
  /** Logs the administrator in. */
  loginUrl = ''
  token = ''

  constructor(child: ChildProcess, options: ServerOptions) {
    this.#child = child
    this.#options = options
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    child.once('error', (error) => this.#say(`${error.message}\n`))
    child.stdout?.on('data', (chunk: Buffer) => this.#say(chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => this.#say(chunk.toString()))
  }

  async listening(): Promise<void> {
    const address = await until('the server to listen', startTimeoutMs, () => {
      if (this.ended) throw new Error(`The server ended instead of listening: ${this.#output}`)
      // The last of the greeting's addresses.
      return /^ +ingest +(\S+)$/m.exec(this.#output)?.[1]
    })
    this.ingestUrl = address
    this.url = new URL(address).origin
    this.loginUrl = /^ +log in +(\S+)$/m.exec(this.#output)?.[1] ?? ''
    this.token = readFileSync(join(this.#options.dataDir, 'admin-token'), 'utf8').trim()
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** What it printed and logged, the last of it. */
  get output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** The most memory that it ever had resident. */
  peakResidentBytes(): number {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]
    return Number(kib) * 1024
  }

  /** As the administrator. */
  ask(path: string, options: Exchange = {}): Promise<Answer> {
    const { ca } = this.#options
    const headers = { authorization: `Bearer ${this.token}`, ...options.headers }
    return exchange(`${this.url}${path}`, { ...(ca === undefined ? {} : { ca }), ...options, headers })
  }

  /** undefined: no such report. */
  async report(id: string): Promise<ReportDetail | undefined> {
    const answer = await this.ask(`/api/v1/reports/${id}`)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw new Error(`Report ${id}: status ${answer.status}, ${answer.text.slice(0, 300)}`)
    // The shape is the server's own schema, by which it made the answer.
    return JSON.parse(answer.text) as ReportDetail
  }

  /** The report when nothing more happens to it. */
  finishedReport(id: string, timeoutMs: number): Promise<ReportDetail> {
    let state = 'not there'
    return until(
      () => `report ${id} to be processed (it is ${state})`,
      timeoutMs,
      async () => {
        const report = await this.report(id)
        state = `${report?.state} ${JSON.stringify(report?.problems)}`
        return report?.state === 'processed' || report?.state === 'failed' ? report : undefined
      },
    )
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    if (!this.ended) this.#child.kill('SIGINT')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs)
    await this.#ended
    clearTimeout(late)
    if (this.#child.signalCode !== null) throw new Error(`The server did not stop by itself within ${stopTimeoutMs} ms: ${this.#output}`)
  }

  async kill(): Promise<void> {
    if (this.ended || this.#child.pid === undefined) return
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #say(text: string): void {
    this.#output = (this.#output + text).slice(-maxOutput)
  }
}
