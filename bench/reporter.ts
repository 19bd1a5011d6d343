/**
 * `npm run bench` or `node bench/reporter.ts`: what the reporter costs a process that lives, and one that dies, beside Crashpad's handler for the same
 * death where Debian's chromium brings it. `--rounds N` (7).
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './measure.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } })
const rounds = Number(values.rounds)
const program = fileURLToPath(new URL('reporter-process.mjs', import.meta.url))
const memoryProgram = fileURLToPath(new URL('reporter-memory.mjs', import.meta.url))
/** V8 takes memory by the quarter of a megabyte: fewer processes say little. */
const memoryRounds = Math.max(rounds, 21)
const crashpadHandler = '/usr/lib/chromium/chrome_crashpad_handler'
const include = fileURLToPath(new URL(`../node_modules/node-linux-${process.arch}/include/node`, import.meta.url))
const reportTimeoutMs = 20_000

interface Ended {
  readonly facts: Readonly<Record<string, number | string>>
  /** Monotonic nanoseconds, of the same clock as `process.hrtime` in the other process. */
  readonly endedAt: bigint
}

if (process.platform === 'linux') await measure()
else console.log('left out: the reporter captures on Linux only')

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-bench-reporter-'))
  try {
    await healthy(folder)
    await dying(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function healthy(folder: string): Promise<void> {
  const starts = await several(rounds, () => runProcess([program, 'start', join(folder, 'start')]))
  console.log('\na process that lives')
  target('start(), milliseconds of processor', middle(starts, 'startMs'), 5)
  target('start(), milliseconds, fastest', Math.min(...starts.map(({ facts }) => Number(facts.wallMs))), 5)
  target('threads', middle(starts, 'threads'), 0)
  for (const [kind, name] of [
    ['bare', 'a program of one line'],
    ['server', 'an HTTP server'],
  ] as const)
    await memory(name, kind, folder)
  const [alone, reported]: [Ended[], Ended[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    alone.push(await runProcess([program, 'serve-alone']))
    reported.push(await runProcess([program, 'serve-reported', join(folder, 'serve')]))
  }
  target('4000 requests: processor time with the reporter for that without', middle(reported, 'cpuMs') / middle(alone, 'cpuMs'), 1.03)
}

/** Of the import and of `start()` together, as far as it is the process's own, beside what an empty module costs the same process. */
async function memory(name: string, kind: string, folder: string): Promise<void> {
  const run = (what: string) => runProcess([memoryProgram, kind, what, join(folder, 'memory')])
  // The first start of an installation writes its folders.
  await run('reporter')
  const [nothing, empty, reporter]: [Ended[], Ended[], Ended[]] = [[], [], []]
  for (let round = 0; round < memoryRounds; round++) {
    nothing.push(await run('nothing'))
    empty.push(await run('empty'))
    reporter.push(await run('reporter'))
  }
  const more = (than: readonly Ended[]): number => middle(than, 'kilobytes') - middle(nothing, 'kilobytes')
  target(`import and start() in ${name}, kilobytes (an empty module: ${more(empty)})`, more(reporter), 1024)
}

async function dying(folder: string): Promise<void> {
  const addon = join(folder, 'crashpad.node')
  const hasCrashpad = existsSync(crashpadHandler)
  if (hasCrashpad) {
    const source = fileURLToPath(new URL('crashpad-at-crash.c', import.meta.url))
    execFileSync('cc', ['-shared', '-fPIC', '-O2', `-I${include}`, '-o', addon, source])
  } else console.log('absent: chrome_crashpad_handler of Debian’s chromium')
  const ways = ['die-alone', 'die-reported', ...(hasCrashpad ? ['die-crashpad'] : [])]
  const held = new Map<string, number[]>(ways.map((way) => [way, []]))
  const dumped = new Map<string, number[]>(ways.map((way) => [way, []]))
  let rssMb = 0
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const database = join(folder, `${way}-${round}`)
      for (const each of ['new', 'pending', 'completed', 'attachments']) mkdirSync(join(database, each), { recursive: true })
      const crashpad = [addon, crashpadHandler, `--database=${database}`, '--no-rate-limit', '--annotation=prod=bench']
      const ended = await runProcess([program, way, database, ...crashpad])
      const crashedAt = BigInt(ended.facts.crashedAt ?? 0)
      rssMb = Number(ended.facts.rssMb)
      held.get(way)?.push(Number(ended.endedAt - crashedAt) / 1e6)
      if (way !== 'die-alone') dumped.get(way)?.push(Number((await dumpAt(database)) - crashedAt) / 1e6)
    }
  }
  // Under the reporter the end itself may be seen sooner: the memory is given back by the process that becomes the handler.
  // Other programs only add to a time: the fastest round is what the death itself needs.
  const fastest = (times: number[] | undefined): number => Math.min(...(times ?? []))
  const alone = held.get('die-alone') ?? []
  console.log(`\na process of ${rssMb.toFixed(0)} MB that dies: its end is seen after (fastest of ${rounds}, median)`)
  console.log(`  ${'no reporter'.padEnd(12)} ${fastest(alone).toFixed(1)} ms, ${median(alone).toFixed(1)} ms`)
  for (const way of ways.slice(1)) {
    const [ends, dumps] = [held.get(way) ?? [], dumped.get(way) ?? []]
    const name = way === 'die-reported' ? 'crashkeep' : 'Crashpad'
    const dump = `dump on disk after ${fastest(dumps).toFixed(0)} ms, ${median(dumps).toFixed(0)} ms`
    console.log(`  ${name.padEnd(12)} ${fastest(ends).toFixed(1)} ms, ${median(ends).toFixed(1)} ms; ${dump}`)
  }
  target('held, milliseconds', fastest(held.get('die-reported')) - fastest(alone), 60)
  target('dump on disk, milliseconds', fastest(dumped.get('die-reported')), 400)
}

function runProcess(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    let endedAt = 0n
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.once('error', reject)
    child.once('exit', () => {
      endedAt = process.hrtime.bigint()
    })
    child.once('close', () => {
      const facts: unknown = JSON.parse(output || '{}')
      resolve({ facts: typeof facts === 'object' && facts !== null ? Object.fromEntries(Object.entries(facts)) : {}, endedAt })
    })
  })
}

async function dumpAt(database: string): Promise<bigint> {
  const end = Date.now() + reportTimeoutMs
  while (Date.now() < end) {
    const seen = process.hrtime.bigint()
    if (['pending', 'completed'].some((state) => readdirSync(join(database, state)).some((name) => name.endsWith('.dmp')))) return seen
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  throw new Error(`No dump came to ${database}.`)
}

async function several(count: number, once: () => Promise<Ended>): Promise<Ended[]> {
  const all: Ended[] = []
  for (let i = 0; i < count; i++) all.push(await once())
  return all
}

function middle(all: readonly Ended[], name: string): number {
  return median(all.map(({ facts }) => Number(facts[name])))
}

function target(what: string, value: number, atMost: number): void {
  console.log(`  ${what}: ${value.toPrecision(3)}, the aim is at most ${atMost}${value <= atMost ? '' : ': MISSED'}`)
}
