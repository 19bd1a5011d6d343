// A process that bench/reporter.ts measures: reporter-process.mjs WAY DATABASE, one line of JSON when it is done or about to die.
import { readdirSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'

const [way, database, crashpadAddon, ...crashpad] = process.argv.slice(2)
const { crashReporter } = await import('@crashkeep/reporter')
const { loadAddon } = await import('../packages/reporter/dist/capture/addon.js')
const requests = 4000

function cpuMs(since) {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

function threads() {
  return readdirSync('/proc/self/task').length
}

function start() {
  crashReporter.start({ submitURL: 'http://127.0.0.1:9/', uploadToServer: false, crashesDirectory: database })
}

function say(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`)
}

/** Processor time of so many requests to a server in this process, client included. */
async function serve() {
  const server = createServer((_, response) => response.end('hello'))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const one = () =>
    new Promise((resolve, reject) => {
      request({ port: server.address().port, host: '127.0.0.1', agent: false }, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
  for (let i = 0; i < requests / 4; i++) await one()
  const before = process.cpuUsage()
  for (let i = 0; i < requests; i++) await one()
  say({ cpuMs: cpuMs(before) })
  server.close()
}

function die() {
  globalThis.ballast = Array.from({ length: 60 }, () => Buffer.alloc(1024 * 1024, 1))
  const { rss } = process.memoryUsage()
  // Written before the crash, synchronously: the pipe is a file descriptor of its own.
  createRequire(import.meta.url)('node:fs').writeSync(
    1,
    `${JSON.stringify({ rssMb: rss / 1e6, crashedAt: String(process.hrtime.bigint()) })}\n`,
  )
  loadAddon().addon.crash()
}

const ways = {
  start() {
    const threadsBefore = threads()
    const before = process.cpuUsage()
    const began = performance.now()
    start()
    const wallMs = performance.now() - began
    const startMs = cpuMs(before)
    say({ startMs, wallMs, threads: threads() - threadsBefore })
    process.exit(0)
  },
  'serve-alone': serve,
  async 'serve-reported'() {
    start()
    await serve()
    process.exit(0)
  },
  'die-alone': die,
  'die-reported'() {
    start()
    die()
  },
  'die-crashpad'() {
    createRequire(import.meta.url)(crashpadAddon).start(...crashpad)
    die()
  },
}

await ways[way]()
