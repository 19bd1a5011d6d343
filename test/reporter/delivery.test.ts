/** Whatever a server does, a report is delivered once when that is possible and kept when it is not. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { CrashDatabase, type DeliveryOptions, deliver } from '@crashkeep/reporter/database'
import { describe, expect, test } from 'vitest'
import { staleLockMs, waitingLostMs } from '../../packages/reporter/src/limits.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { startHttpsProxy } from '../harness/https-proxy.ts'
import { seededRandom } from '../harness/random.ts'
import { selfSigned } from '../harness/self-signed.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { type Answer, type Collector, idAnswer, startCollector, statusAnswer } from './collector.ts'
import { dumpThatSays } from './reports.ts'
import { type Steps, type Zombies, zombies } from './zombies.ts'

const deliverMain = join(root, 'packages/reporter/dist/upload/deliver-main.js')
const undo = undoAfterAll()
const start = Date.UTC(2030, 0, 1)
const minute = 60_000
const day = 24 * 60 * minute
const noiseBytes = 16 * 1024 * 1024
let count = 0

/** A database with one report that waits, and a clock that only the test moves. */
class Waiting {
  readonly database: CrashDatabase
  readonly id: string
  now = start

  constructor() {
    count += 1
    this.database = new CrashDatabase(temporaryFolder(undo, `delivery-${count}`))
    this.database.setUploadsEnabled(true)
    this.id = this.add()
  }

  add(): string {
    return this.database.add(dumpThatSays({ clientId: this.database.clientId }), { createdAt: new Date(this.now) })
  }

  async deliver(submitURL: string, more: DeliveryOptions & { readonly rateLimit?: boolean } = {}): Promise<void> {
    const { rateLimit = false, ...options } = more
    const timeouts = { idleMs: 10_000, totalMs: 30_000 }
    await deliver(
      this.database.folder,
      { submitURL, rateLimit },
      { now: () => this.now, random: () => 0.5, lingerMs: 0, timeouts, environment: {}, ...options },
    )
  }

  async report(): Promise<Awaited<ReturnType<CrashDatabase['list']>>[number]> {
    const found = (await this.database.list()).find(({ id }) => id === this.id)
    if (found === undefined) throw new Error('The report is gone.')
    return found
  }

  /** From now until the next try. */
  async wait(): Promise<number> {
    return ((await this.report()).nextAttemptAt?.getTime() ?? Number.NaN) - this.now
  }
}

const dripMs = 20

/** For whom the test does not wait as long as a program does. */
const hurries: Readonly<Record<string, DeliveryOptions>> = {
  'never reads': { timeouts: { idleMs: 300, totalMs: 30_000 } },
  'never answers': { timeouts: { idleMs: 300, totalMs: 30_000 } },
  'answers without an end, a byte at a time': { timeouts: { idleMs: 30_000, totalMs: 300 } },
}

const failures: readonly (readonly [string, Answer | BrokenKind, RegExp])[] = [
  ['is down', 'down', /ECONNREFUSED/],
  ['dies in the middle of the upload', 'dies', /socket hang up|ECONNRESET|EPIPE/],
  ['never reads', 'deaf', /silent for 300 ms/],
  ['never answers', () => {}, /silent for 300 ms/],
  ['answers without an end, a byte at a time', drip, /longer than 300 ms/],
  ['answers 500', statusAnswer(500), /answered 500/],
  ['answers 502 with a page', (_, response) => response.writeHead(502).end('<html>Bad gateway</html>'), /answered 502\./],
  ['answers 408', statusAnswer(408), /answered 408/],
  ['answers 429', statusAnswer(429), /answered 429/],
  ['answers with something else than HTTP', 'garbage', /Parse Error|Expected HTTP/],
  ['is the log-in page of a hotel', (_, response) => response.end('<!DOCTYPE html><title>Welcome</title>'), /a web page/],
  [
    'redirects in a circle',
    (request, response) => response.writeHead(307, { location: request.url ?? '' }).end(),
    /redirects more than 3 times/,
  ],
  ['redirects to somewhere else than the web', statusAnswer(302, { location: 'ftp://127.0.0.1/' }), /ftp:.*not as safe/],
  ['dies before it answers', (request) => request.socket.destroy(), /socket hang up|ECONNRESET/],
  [
    'dies in the middle of its answer',
    (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('01234567')
      setImmediate(() => request.socket.destroy())
    },
    /aborted|ECONNRESET/,
  ],
]

describe('a report for a server that', () => {
  test.each(failures)('%s waits, longer each time, and is delivered once when the server is well', async (kind, answer, message) => {
    const waiting = new Waiting()
    // More than the system keeps on its way for somebody who does not read.
    if (answer === 'dies' || answer === 'deaf') waiting.database.attach(waiting.id, 'noise.bin', randomBytes(noiseBytes))
    const collector = await startCollector(undo)
    const broken = typeof answer === 'string' ? await brokenServer(answer) : collector.url
    if (typeof answer === 'function') collector.answer = answer
    for (const [tries, wait] of [
      [1, 30_000],
      [2, 2 * minute],
      [3, 8 * minute],
    ] as const) {
      await waiting.deliver(broken, hurries[kind])
      expect(await waiting.report()).toMatchObject({ state: 'pending', uploadAttempts: tries, lastError: expect.stringMatching(message) })
      expect(await waiting.wait()).toBe(wait)
      waiting.now += wait - 1
      const before = collector.crashes.length
      await waiting.deliver(collector.url)
      expect(collector.crashes.length).toBe(before)
      waiting.now += 1
    }
    collector.answer = idAnswer('arrived')
    const before = collector.crashes.length
    await waiting.deliver(collector.url)
    await waiting.deliver(collector.url)
    expect(collector.crashes.length - before).toBe(1)
    expect(collector.crashes.at(-1)?.files.get('upload_file_minidump')?.fileName).toBe(`${waiting.id}.dmp`)
    expect(await waiting.report()).toMatchObject({ state: 'uploaded', remoteId: 'arrived', uploadAttempts: 4 })
  })

  test('is slow in reading and in answering gets the report once', async () => {
    const waiting = new Waiting()
    waiting.database.attach(waiting.id, 'noise.bin', randomBytes(noiseBytes))
    const received: number[] = []
    const server = createHttpServer((request, response) => {
      let length = 0
      request.on('data', (chunk: Buffer) => {
        length += chunk.length
        request.pause()
        setTimeout(() => request.resume(), 1)
      })
      request.on('end', () => {
        received.push(length)
        response.write('took ')
        setTimeout(() => response.end('its time'), dripMs)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo(() => server.close())
    const address = server.address()
    await waiting.deliver(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, {
      timeouts: { idleMs: 20_000, totalMs: 120_000 },
    })
    expect(received).toHaveLength(1)
    expect(received[0]).toBeGreaterThan(noiseBytes)
    expect(await waiting.report()).toMatchObject({ state: 'uploaded', remoteId: 'took its time', uploadAttempts: 1 })
  })

  test.each([400, 401, 403, 404, 410, 413, 422])('answers %i is not asked again, and the report is kept', async (status) => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    collector.answer = statusAnswer(status)
    await waiting.deliver(collector.url)
    waiting.now += 30 * day
    await waiting.deliver(collector.url)
    expect(collector.crashes).toHaveLength(1)
    expect(await waiting.report()).toMatchObject({ state: 'kept', uploadAttempts: 1, lastError: `The server answered ${status}.` })
  })

  test.each([
    ['seconds', '7200', 2 * 60 * minute],
    ['a date', new Date(start + 3 * 60 * minute).toUTCString(), 3 * 60 * minute],
    ['a year', '31536000', day],
  ])('names a time to come back, in %s, is left alone until then', async (_, retryAfter, wait) => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    collector.answer = statusAnswer(503, { 'retry-after': retryAfter })
    const real = Date.now
    // The date of the header is read with the same clock.
    Date.now = () => waiting.now
    try {
      await waiting.deliver(collector.url)
    } finally {
      Date.now = real
    }
    const asked = await waiting.wait()
    expect(asked).toBeGreaterThanOrEqual(wait)
    expect(asked).toBeLessThan(wait + minute)
  })

  test.each([301, 302, 307, 308])('has moved (%i) gets the report at its new place', async (status) => {
    const waiting = new Waiting()
    const [old, moved] = [await startCollector(undo), await startCollector(undo)]
    old.answer = (request, response) =>
      response.writeHead(status, { location: `${moved.url}${new URL(request.url ?? '', old.url).search}` }).end()
    await waiting.deliver(old.url)
    expect(moved.crashes[0]?.files.get('upload_file_minidump')?.fileName).toBe(`${waiting.id}.dmp`)
    expect(await waiting.report()).toMatchObject({ state: 'uploaded', remoteId: '0123456789abcdef' })
  })

  test('comes back is found by a process that waited for it', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    let answers = 0
    collector.answer = (request, response, crash) => (++answers < 3 ? statusAnswer(503) : idAnswer('back'))(request, response, crash)
    // Each look at this clock takes ten minutes, so that no wait is left when it is counted.
    const now = (): number => {
      waiting.now += 10 * minute
      return waiting.now
    }
    await waiting.deliver(collector.url, { now, lingerMs: day })
    expect(await waiting.report()).toMatchObject({ state: 'uploaded', remoteId: 'back', uploadAttempts: 3 })
  })
})

describe('delivery', () => {
  test('sends what lay there while uploads were off as soon as they are on', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    waiting.database.setUploadsEnabled(false)
    await waiting.deliver(collector.url)
    expect(await waiting.report()).toMatchObject({ state: 'kept', uploadAttempts: 0 })
    expect(collector.crashes).toEqual([])
    waiting.database.setUploadsEnabled(true)
    await waiting.deliver(collector.url)
    expect(await waiting.report()).toMatchObject({ state: 'uploaded' })
  })

  test('sends the one report that somebody asked for while uploads are off', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    waiting.add()
    waiting.database.setUploadsEnabled(false)
    waiting.database.requestUpload(waiting.id)
    await waiting.deliver(collector.url)
    expect(collector.crashes.map(({ files }) => files.get('upload_file_minidump')?.fileName)).toEqual([`${waiting.id}.dmp`])
  })

  test('at a limited rate sends one in an hour, and drops none', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    waiting.add()
    await waiting.deliver(collector.url, { rateLimit: true })
    waiting.now += 59 * minute
    await waiting.deliver(collector.url, { rateLimit: true })
    expect(collector.crashes).toHaveLength(1)
    waiting.now += 2 * minute
    await waiting.deliver(collector.url, { rateLimit: true })
    expect(collector.crashes).toHaveLength(2)
  })

  test('without an address leaves everything', async () => {
    const waiting = new Waiting()
    await waiting.deliver('')
    expect(await waiting.report()).toMatchObject({ state: 'pending', uploadAttempts: 0 })
  })

  test('by several processes at once sends each report once', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    for (let i = 0; i < 9; i++) waiting.add()
    await Promise.all([1, 2, 3, 4].map(() => waiting.deliver(collector.url)))
    expect(new Set(collector.crashes.map(({ files }) => files.get('upload_file_minidump')?.fileName)).size).toBe(10)
    expect(collector.crashes).toHaveLength(10)
  })

  test('that is killed again and again loses nothing and sends all', async () => {
    const waiting = new Waiting()
    const collector = await startCollector(undo)
    const ids = [waiting.id, ...Array.from({ length: 7 }, () => waiting.add())].sort()
    const random = seededRandom(7)
    let kills = 0
    const uploaded = (): string[] => waiting.database.stored().flatMap(({ id, state }) => (state === 'uploaded' ? [id] : []))
    while (uploaded().length < ids.length && kills < 60) {
      const child = spawn(process.execPath, [deliverMain, waiting.database.folder], {
        env: { CRASHKEEP_DELIVERY: JSON.stringify({ submitURL: collector.url }) },
        stdio: 'ignore',
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), 40 + random.below(100 + 20 * kills))
      const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
      clearTimeout(timer)
      if (signal === 'SIGKILL') kills += 1
      expect(
        waiting.database
          .stored()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(ids)
    }
    const names = collector.crashes.map(({ files }) => files.get('upload_file_minidump')?.fileName?.slice(0, 36))
    expect([...new Set(names)].sort()).toEqual(ids)
    // At most the one that was on its way when the kill came went twice.
    expect(names.length - ids.length).toBeLessThanOrEqual(kills)
    expect(uploaded().sort()).toEqual(ids)
    // One that is not killed tidies up.
    await waiting.deliver(collector.url)
    const left = ['new', 'pending', 'completed', 'crashkeep'].flatMap((part) => readdirSync(join(waiting.database.folder, part)))
    // The mark of a take-over goes after a minute.
    expect(left.filter((name) => !name.endsWith('.taking')).sort()).toEqual(ids.flatMap((id) => [`${id}.dmp`, `${id}.meta`]).sort())
  })

  test('prunes by age, number and size, the oldest first', async () => {
    const waiting = new Waiting()
    const ids = [waiting.id]
    for (let i = 0; i < 4; i++) {
      waiting.now += day
      ids.push(waiting.add())
    }
    const left = (): string[] => waiting.database.stored().map(({ id }) => id)
    const [newest] = await waiting.database.list()
    waiting.database.prune({ maxDays: 3.5 }, waiting.now)
    expect(left()).toEqual(ids.slice(1).reverse())
    waiting.database.prune({ maxReports: 3 }, waiting.now)
    expect(left()).toEqual(ids.slice(2).reverse())
    waiting.database.prune({ maxBytes: (newest?.bytes ?? 0) * 1.5 }, waiting.now)
    expect(left()).toEqual(ids.slice(4))
  })
})

describe('a proxy in the environment', () => {
  test('is asked for http addresses, with its password, and not for those excepted', async () => {
    const waiting = new Waiting()
    const proxy = await startCollector(undo)
    const environment = { http_proxy: `http://user:p%20w@127.0.0.1:${proxy.port}`, no_proxy: 'localhost' }
    await waiting.deliver('http://crash.example/i/key', { environment })
    expect(proxy.crashes[0]?.url).toMatch(/^http:\/\/crash\.example\/i\/key\?product=Electron&/)
    expect(proxy.crashes[0]?.headers).toMatchObject({ host: 'crash.example', 'proxy-authorization': `Basic ${btoa('user:p w')}` })
    const other = new Waiting()
    const collector = await startCollector(undo)
    await other.deliver(collector.url.replace('127.0.0.1', 'localhost'), { environment })
    expect(collector.crashes[0]?.headers['proxy-authorization']).toBeUndefined()
    expect(proxy.crashes).toHaveLength(1)
  })

  test.skipIf(!existsSync('/usr/bin/openssl'))(
    'makes a way to https addresses, whose certificate is looked at (needs openssl)',
    async () => {
      const folder = temporaryFolder(undo, 'https')
      const certificate = selfSigned(folder)
      const collector = await startCollector(undo, certificate)
      const proxy = await startHttpsProxy(collector.port)
      // Its ways end with the server behind it, which is closed after this.
      undo(() => void proxy.close())
      const app = zombies(folder)
      const steps = [['start', { submitURL: 'https://localhost/i/key' }], ['crash']] as const
      await app.run(steps, { environment: { https_proxy: proxy.url } })
      const database = new CrashDatabase(app.crashDumps)
      await until('the handler to try', 20_000, async () => (await database.list())[0]?.lastError?.match(/self.signed certificate/))
      process.kill(handlerOf(app.crashDumps), 'SIGTERM')
      await app.run(steps, { environment: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: certificate.certPath } })
      const crash = await collector.next()
      expect(crash.headers.host).toBe('localhost')
      await until('the answer to be noted', 20_000, () => (database.stored().some(({ state }) => state === 'uploaded') ? true : undefined))
      process.kill(handlerOf(app.crashDumps), 'SIGTERM')
    },
  )

  test('that is no http proxy is no reason to lose a report', async () => {
    const waiting = new Waiting()
    await waiting.deliver('http://crash.example/', { environment: { all_proxy: 'socks5://127.0.0.1:1' } })
    expect(await waiting.report()).toMatchObject({
      state: 'pending',
      lastError: 'The proxy socks5://127.0.0.1:1 is neither http nor https.',
    })
  })
})

describe('a program', () => {
  async function crashed(answer: Answer): Promise<{ app: Zombies; collector: Collector; options: unknown }> {
    count += 1
    const app = zombies(temporaryFolder(undo, `program-${count}`))
    const collector = await startCollector(undo)
    collector.answer = answer
    const options = { submitURL: collector.url }
    await app.run([['start', options], ['crash']])
    return { app, collector, options }
  }

  test('whose handler is killed in the middle of an upload sends the report at its next start', async () => {
    const { app, collector, options } = await crashed(() => {})
    await collector.next()
    process.kill(handlerOf(app.crashDumps), 'SIGKILL')
    collector.answer = idAnswer('after the kill')
    await app.run([['start', options]])
    const crash = await collector.next(2)
    expect(crash.files).toEqual(collector.crashes[0]?.files)
    await untilUploaded(app, 'after the kill')
    expect(collector.crashes).toHaveLength(2)
  })

  test.skipIf(process.getuid?.() !== 0).each([
    ['waits for the server', statusAnswer(503, { 'retry-after': '2' }), waitingLostMs],
    ['is in the middle of an upload', () => {}, staleLockMs],
  ] as const)(
    'whose container is thrown away while its handler %s sends the report from the next one (needs root)',
    async (_, answer, lostMs) => {
      count += 1
      const app = zombies(temporaryFolder(undo, `program-${count}`))
      const collector = await startCollector(undo)
      collector.answer = answer
      const options = { submitURL: collector.url }
      const first = container(app, [['start', options], ['crash']])
      // There before the first one goes, so that the kernel cannot give it the same name.
      const second = container(app, [
        ['start', options],
        ['uploaded', 0],
      ])
      first.start()
      await collector.next()
      const marks = join(app.crashDumps, answer.length === 0 ? 'pending' : 'crashkeep')
      const mark = answer.length === 0 ? /\.lock$/ : /^waiting$/
      await until('the mark of the handler', 20_000, () => (readdirSync(marks).some((name) => mark.test(name)) ? true : undefined))
      await first.throwAway()
      const before = collector.crashes.length
      collector.answer = idAnswer('from the next one')
      const longAgo = new Date(Date.now() - lostMs - minute)
      for (const folder of ['pending', 'crashkeep'].map((name) => join(app.crashDumps, name))) {
        for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo)
      }
      second.start()
      await untilUploaded(app, 'from the next one')
      expect(collector.crashes).toHaveLength(before + 1)
      await second.throwAway()
    },
  )

  test('whose server asks for patience is served by the handler, which waits beside no living process', async () => {
    const { app, collector } = await crashed(statusAnswer(503, { 'retry-after': '1' }))
    await collector.next()
    collector.answer = idAnswer('patience')
    await untilUploaded(app, 'patience')
    expect(collector.crashes).toHaveLength(2)
  })

  test('sends what was kept while uploads were off when setUploadToServer allows it', async () => {
    count += 1
    const app = zombies(temporaryFolder(undo, `program-${count}`))
    const collector = await startCollector(undo)
    const off = ['start', { submitURL: collector.url, uploadToServer: false }] as const
    await app.run([off, ['crash']])
    const database = new CrashDatabase(app.crashDumps)
    await until('the report to be kept', 20_000, () => (database.stored()[0]?.state === 'kept' ? true : undefined))
    expect(collector.crashes).toEqual([])
    await app.run([off, ['call', ['setUploadToServer', true]]])
    await untilUploaded(app, '0123456789abcdef')
  })

  test('starts no process for what a server refused or asked to wait for', async () => {
    const { app, collector, options } = await crashed(statusAnswer(404))
    await collector.next()
    const database = new CrashDatabase(app.crashDumps)
    await until('the refusal to be noted', 20_000, () => (database.stored()[0]?.state === 'kept' ? true : undefined))
    await until('the handler to end', 20_000, () => (handlersOf(app.crashDumps).length === 0 ? true : undefined))
    // The program looks at its own children: a detached process is one of them as long as it lives.
    const { answers } = await app.run([
      ['start', options],
      ['wait', 50],
      ['children', 0],
    ])
    expect(answers).toEqual([''])
  })

  test('leaves its reports to its next start when its handler is told to end', async () => {
    const { app, collector, options } = await crashed(statusAnswer(503, { 'retry-after': '2' }))
    await collector.next()
    const database = new CrashDatabase(app.crashDumps)
    await until('the answer to be noted', 10 * 1000, async () => (await database.list())[0]?.nextAttemptAt)
    const handler = handlerOf(app.crashDumps)
    process.kill(handler, 'SIGTERM')
    await until('the handler to end', 10 * 1000, () => (isRunning(handler) ? undefined : true))
    collector.answer = idAnswer('later')
    await app.run([['start', options]])
    await untilUploaded(app, 'later')
    expect(collector.crashes).toHaveLength(2)
  })
})

interface Container {
  start(): void
  throwAway(): Promise<void>
}

/** A PID namespace whose first process is a shell: all of it ends at once, with whatever a program left running there. */
function container(app: Zombies, steps: Steps): Container {
  const script = 'read line; "$0" "$@"; read line'
  const command = ['--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', script, process.execPath, ...app.command(steps)]
  const child = spawn('unshare', command, { cwd: app.folder, env: app.environment, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const throwAway = (): Promise<void> => {
    child.kill('SIGKILL')
    return ended
  }
  undo(throwAway)
  return { start: () => void child.stdin.write('\n'), throwAway }
}

async function untilUploaded(app: Zombies, remoteId: string): Promise<void> {
  const database = new CrashDatabase(app.crashDumps)
  await until('the report to be uploaded', 20_000, () => (database.stored()[0]?.remoteId === remoteId ? true : undefined))
}

/** The process whose arguments name this database. */
function handlerOf(database: string): number {
  const [pid] = handlersOf(database)
  if (pid === undefined) throw new Error('There is no handler.')
  return pid
}

function handlersOf(database: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(database))
    .map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8')
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  return commandOf(String(pid)) !== ''
}

function drip(_: IncomingMessage, response: ServerResponse): void {
  const timer = setInterval(() => response.write('0'), dripMs)
  response.on('close', () => clearInterval(timer))
}

const brokenKinds = {
  down: () => {},
  garbage: (socket) => socket.end('Greetings from a printer.\r\n\r\n'),
  dies: (socket) => socket.once('data', () => socket.destroy()),
  deaf: (socket) => socket.pause(),
} satisfies Record<string, (socket: Socket) => unknown>
type BrokenKind = keyof typeof brokenKinds

async function brokenServer(kind: BrokenKind): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    brokenKinds[kind](socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  if (kind === 'down') await new Promise((resolve) => server.close(resolve))
  undo(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${port}/`
}
