/**
 * `npm run bench`: how fast stacks are walked, and with how much memory, beside the peers that this machine has, in one run; what reports a
 * second are taken; what the reporter costs. Ratios are what counts; times are of this machine. `--rounds N` (5),
 * `--only large|warm|small|symbols|intake|reporter`, `--keep FOLDER` for the large generated files.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compareDumpers } from './dump-symbols.ts'
import { generateDump } from './generate-dump.ts'
import { alternate, type Cost, canMeasureMemory, medianCost, run } from './measure.ts'
import { findPeers, type Peers } from './peers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: ['large', 'warm', 'small', 'symbols', 'intake', 'reporter'] },
    keep: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const crashkeep = [process.execPath, fileURLToPath(new URL('../packages/cli/bin/crashkeep.mjs', import.meta.url)), 'stackwalk', '--json']
const fixtures = fileURLToPath(new URL('../../shared/fixtures', import.meta.url))
/** Of the real dumps the one with most threads, 129. */
const manyThreads = join(fixtures, 'dumps/minidump-stackwalk/linux-x86_64.dmp')
const warmWalks = 20
const smallThreads = 4

const peers = findPeers()
if (peers.rust === undefined) console.log('absent: minidump-stackwalk is not on the PATH (cargo install minidump-stackwalk)')
if (peers.breakpad === undefined)
  console.log('absent: minidump_stackwalk is neither on the PATH nor in BREAKPAD_BIN (npm package minidump)')
if (!canMeasureMemory) console.log('absent: /usr/bin/time, so processor time and memory of programs are not measured')
if (isBundleOld())
  console.log('old: tsc wrote newer code than the bundle of the command, which starts as many files then; run npm run build')
if (values.only.includes('large')) large(peers)
if (values.only.includes('warm')) await warm(peers)
if (values.only.includes('small')) small(peers)
if (values.only.includes('symbols')) await symbols(peers)
// Programs of their own, which can be run alone with more options.
for (const name of ['intake', 'reporter']) if (values.only.includes(name)) other(name)

function other(name: string): void {
  console.log(`\n${name}:`)
  const program = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [program], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

/** As the launcher has it. */
function isBundleOld(): boolean {
  const timeOf = (path: string) =>
    statSync(fileURLToPath(new URL(`../packages/${path}`, import.meta.url)), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const made = timeOf('cli/dist/bundle.js')
  return ['cli', 'minidump', 'symbols', 'stackwalk', 'signature', 'server'].some((name) => timeOf(`${name}/tsconfig.tsbuildinfo`) >= made)
}

/** A symbol file of libxul's size, cold and by its index. */
function large({ rust, breakpad }: Peers): void {
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'crashkeep-bench-'))
  try {
    const [dump, symbols] = [join(folder, 'generated.dmp'), join(folder, 'symbols')]
    const file = join(symbols, 'libgenerated.so/0123456789ABCDEF0123456789ABCDEF0/libgenerated.so.sym')
    mkdirSync(join(file, '..'), { recursive: true })
    generateDump(dump)
    // In a process of its own: its memory is not to be inherited.
    if (!existsSync(file)) run([process.execPath, fileURLToPath(new URL('generate-sym.ts', import.meta.url)), file])
    const costs = alternate(rounds, {
      'crashkeep, cold': () => {
        rmSync(`${file}.index`, { force: true })
        return run([...crashkeep, dump, symbols])
      },
      'crashkeep, by index': () => run([...crashkeep, dump, symbols]),
      ...(rust !== undefined && { 'rust-minidump': () => run([rust, '--json', dump, symbols]) }),
    })
    // It takes ten seconds and three gigabytes; once is enough to see that.
    if (breakpad !== undefined) costs['Breakpad (one run)'] = run([breakpad, '-m', dump, symbols])
    print('a symbol file of 444 MB, 1900 frames at 300 addresses in it', costs)
    const [cold, indexed, theirs] = [costs['crashkeep, cold'], costs['crashkeep, by index'], costs['rust-minidump']]
    target('time, cold', cold?.wallMs, theirs?.wallMs, 0.25)
    target('processor time, cold', cold?.cpuMs, theirs?.cpuMs, 0.25)
    target('memory, cold', cold?.peakMb, theirs?.peakMb, 0.15)
    target('time, by index', indexed?.wallMs, theirs?.wallMs, 0.06)
    target('processor time, by index', indexed?.cpuMs, theirs?.cpuMs, 0.06)
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true })
  }
}

/** A process that is already running, as those of the server are. */
async function warm({ rust, breakpad }: Peers): Promise<void> {
  if (!existsSync(manyThreads)) {
    console.log('\nleft out: the dump of 129 threads needs ../shared/fixtures')
    return
  }
  const symbols = join(fixtures, 'symbols')
  const child = fork(fileURLToPath(new URL('warm-walks.ts', import.meta.url)), [manyThreads, symbols])
  const first = await walkIn(child)
  const walks: Cost[] = []
  const others: Record<string, Cost[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of [
      ['rust-minidump', rust && [rust, '--json']],
      ['Breakpad', breakpad && [breakpad, '-m']],
    ] as const) {
      if (command === undefined) continue
      const runs = others[name] ?? []
      others[name] = runs
      runs.push(run([...command, manyThreads, symbols]))
    }
    for (let walk = 0; walk < warmWalks; walk++) walks.push(await walkIn(child))
  }
  child.kill()
  const costs = Object.fromEntries(Object.entries(others).map(([name, runs]) => [name, medianCost(runs)]))
  const ours = medianCost(walks.slice(walks.length / 2))
  print('129 threads with real symbols, in a process that is running', {
    'crashkeep, first walk': first,
    'crashkeep, warm': ours,
    ...costs,
  })
  target('walks for one of rust-minidump', ours.wallMs, costs['rust-minidump']?.wallMs, 0.2)
}

async function walkIn(child: ChildProcess): Promise<Cost> {
  child.send('walk')
  const [cost]: Cost[] = await once(child, 'message')
  if (cost === undefined) throw new Error('The process that walks said nothing.')
  return cost
}

/** Debug files to symbol files. */
async function symbols(peers: Peers): Promise<void> {
  if (peers.mozillaDumper === undefined) console.log('absent: dump_syms is not on the PATH (cargo install dump_syms)')
  if (peers.breakpadDumper === undefined) console.log("absent: Breakpad's dump_syms is not in BREAKPAD_BIN (npm package minidump)")
  for (const { title, costs } of await compareDumpers([...crashkeep.slice(0, 2)], peers, rounds, values.keep)) {
    print(title, costs)
    const { crashkeep: ours, "Mozilla's dump_syms": mozilla, "Breakpad's dump_syms": breakpad } = costs
    target('time', ours?.wallMs, mozilla?.wallMs, 1.5)
    target('processor time', ours?.cpuMs, mozilla?.cpuMs, 1.5)
    target('memory', ours?.peakMb, mozilla?.peakMb, 1)
    target("time, of Breakpad's", ours?.wallMs, breakpad?.wallMs, 1)
    target("processor time, of Breakpad's", ours?.cpuMs, breakpad?.cpuMs, 1)
  }
}

/** A small dump, one process for it. */
function small({ rust, breakpad }: Peers): void {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-bench-'))
  const dump = join(folder, 'small.dmp')
  generateDump(dump, smallThreads, true)
  const costs = alternate(rounds * 3, {
    crashkeep: () => run([...crashkeep, dump]),
    'Node alone': () => run([process.execPath, '-e', '0']),
    ...(rust !== undefined && { 'rust-minidump': () => run([rust, '--json', dump]) }),
    ...(breakpad !== undefined && { Breakpad: () => run([breakpad, '-m', dump]) }),
  })
  rmSync(folder, { recursive: true })
  print('a small dump without symbols, from a cold start', costs)
  target('milliseconds', costs.crashkeep?.wallMs, 1, 120)
  target('megabytes', costs.crashkeep?.peakMb, 1, 90)
}

function print(title: string, costs: Readonly<Record<string, Cost>>): void {
  console.log(`\n${title}`)
  for (const [name, { wallMs, cpuMs, peakMb }] of Object.entries(costs)) {
    console.log(
      `  ${name.padEnd(24)}${wallMs.toFixed(1).padStart(9)} ms${cpuMs.toFixed(0).padStart(8)} ms of processor${peakMb.toFixed(0).padStart(7)} MB`,
    )
  }
}

function target(what: string, ours: number | undefined, theirs: number | undefined, atMost: number): void {
  if (ours === undefined || theirs === undefined || Number.isNaN(ours)) {
    console.log(`  ${what}: not measured`)
    return
  }
  const ratio = ours / theirs
  console.log(`  ${what}: ${ratio.toPrecision(3)}, the aim is at most ${atMost}${ratio <= atMost ? '' : ': MISSED'}`)
}
