/**
 * A PostgreSQL of the test run's own: Debian's, on a free port, in a folder below /tmp, as user `postgres` where the run is root's (it refuses
 * to run as root), without fsync since nothing of it outlives the run. vitest starts it as a global setup; tests find it by the variable
 * CRASHKEEP_TEST_POSTGRES, which may also be set beforehand to test against another one.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const variable = 'CRASHKEEP_TEST_POSTGRES'
const debianFolder = '/usr/lib/postgresql'
const startTimeoutMs = 120_000
const stopTimeoutMs = 60_000
/** Another program may take the port between the search and the start. */
const maxStarts = 3

/** Global setup of vitest; the function it returns is the teardown. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined || !needsStores(process.argv)) return undefined
  const postgres = await startPostgres()
  if (postgres === undefined) return undefined
  process.env[variable] = postgres.url
  return postgres.stop
}

export function testPostgresUrl(): string | undefined {
  return process.env[variable]
}

/** `vitest run packages/minidump` does not wait for a database. */
function needsStores(commandLine: readonly string[]): boolean {
  const paths = commandLine.filter((argument) => /^(\.\/)?(packages|test|scripts|bench)\//.test(argument))
  return paths.length === 0 || paths.some((path) => /server|store|test\//.test(path))
}

export interface RunningPostgres {
  readonly url: string
  stop(): Promise<void>
  /** Ends it for a while; what `resume` starts has the same data and the same address. */
  halt(): Promise<void>
  resume(): Promise<void>
}

/** undefined where Debian's PostgreSQL is not installed. */
export async function startPostgres(): Promise<RunningPostgres | undefined> {
  const bin = await programs()
  if (bin === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'crashkeep-postgres-'))
  try {
    const user = await databaseUser()
    if (user !== undefined) await chown(folder, user.uid, user.gid)
    const data = join(folder, 'data')
    const [initdb = '', ...args] = asUser(user, [
      join(bin, 'initdb'),
      ...['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
    ])
    await run(initdb, args, { timeout: startTimeoutMs, cwd: folder })
    const started = await startServer(bin, folder, data, user)
    const { port } = started
    let { server } = started
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        await stopServer(server)
        await rm(folder, { recursive: true, force: true })
      },
      halt: () => stopServer(server),
      async resume() {
        server = (await startServer(bin, folder, data, user, port)).server
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** An empty database for one test file. */
export async function createTestDatabase(url: string, name: string): Promise<string> {
  const database = new URL(url)
  database.pathname = `/${name}`
  const bin = await programs()
  const psql = bin === undefined ? 'psql' : join(bin, 'psql')
  await run(psql, ['-X', '-q', '-d', url, '-c', `create database ${name}`], { timeout: startTimeoutMs })
  return database.href
}

/** The newest version that can make a new cluster. */
async function programs(): Promise<string | undefined> {
  const versions = await readdir(debianFolder).catch(() => [])
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const bin = join(debianFolder, version, 'bin')
    if ((await readdir(bin).catch((): string[] => [])).includes('initdb')) return bin
  }
  return undefined
}

interface User {
  readonly uid: number
  readonly gid: number
}

async function databaseUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [{ stdout: uid }, { stdout: gid }] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
  return { uid: Number(uid), gid: Number(gid) }
}

/** The server ends with the test run even when that is killed: `setpriv` has the kernel see to it. */
function asUser(user: User | undefined, command: readonly string[]): string[] {
  const change = user === undefined ? [] : ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups']
  return ['setpriv', '--pdeathsig', 'INT', ...change, ...command]
}

async function startServer(bin: string, folder: string, data: string, user: User | undefined, givenPort?: number) {
  for (let start = 1; ; start += 1) {
    const port = givenPort ?? (await freePort())
    const [program = '', ...args] = asUser(user, [
      join(bin, 'postgres'),
      ...['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
      ...['-c', 'synchronous_commit=off', '-c', 'full_page_writes=off', '-c', 'max_connections=500', '-c', 'shared_buffers=32MB'],
    ])
    const server = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    server.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000)
    })
    if (await isReady(bin, server, port)) return { server, port }
    await stopServer(server)
    if (start === maxStarts) throw new Error(`PostgreSQL did not start: ${said}`)
  }
}

async function isReady(bin: string, server: ChildProcess, port: number): Promise<boolean> {
  const until = Date.now() + startTimeoutMs
  while (Date.now() < until && server.exitCode === null) {
    const asked = run(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], { timeout: startTimeoutMs })
    const ready = await asked.then(
      () => true,
      () => false,
    )
    if (ready) return server.exitCode === null
    await delay(50)
  }
  return false
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = new Promise((resolve) => server.once('exit', resolve))
  // SIGINT: PostgreSQL's fast shutdown.
  server.kill('SIGINT')
  const late = setTimeout(() => server.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(late)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
