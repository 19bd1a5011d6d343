import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBreakpadSymbols } from '../packages/symbols/src/index.ts'
import { fileSource } from '../packages/symbols/src/node/index.ts'

// Opens a symbol file of libxul's size (or the one given) and prints the time, also as a multiple of reading the same file in the same run.

const rounds = 5
const chunkBytes = 1 << 20
const mebibyte = 1 << 20

const given = process.argv[2]
const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'crashkeep-bench-')) : undefined
const path = given ?? join(folder ?? '', 'libgenerated.so.sym')
try {
  if (!existsSync(path)) generate(path)
  const source = fileSource(path)
  readThrough(path)
  // The first opening is what one process for one dump sees; the peak of memory is taken before anything else is done.
  const first = timed(() => openBreakpadSymbols(source))
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const reads: number[] = []
  const opens: number[] = []
  for (let round = 0; round < rounds; round++) {
    reads.push(timed(() => readThrough(path)).ms)
    opens.push(timed(() => openBreakpadSymbols(source)).ms)
  }
  const symbols = first.result
  const highest = 0x600_0000
  const lookups = timed(() => spread(1_000, highest, (offset) => symbols.lookup(offset)))
  const searches = timed(() => spread(1_000_000, highest, (offset) => symbols.hasFunction(offset)))
  print('file', `${(source.size / mebibyte).toFixed(0)} MiB`)
  print('bare read, median', `${median(reads).toFixed(0)} ms`)
  print('open, first', `${first.ms.toFixed(0)} ms`)
  print('open, median', `${median(opens).toFixed(0)} ms, ${(median(opens) / median(reads)).toFixed(1)} times the bare read`)
  print('peak memory after the first', `${peakMiB.toFixed(0)} MiB`)
  print('index', `${(symbols.indexBytes / mebibyte).toFixed(1)} MiB, ${symbols.badLines} bad lines`)
  print('1000 lookups', `${lookups.ms.toFixed(0)} ms`)
  print('1 million hasFunction', `${searches.ms.toFixed(0)} ms`)
  source.close()
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true })
}

// In a process of its own, whose memory does not count here.
function generate(file: string): void {
  const generator = fileURLToPath(new URL('generate-sym.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [generator, file], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`The generator ended with ${status}.`)
}

function readThrough(file: string): void {
  const descriptor = openSync(file, 'r')
  const buffer = new Uint8Array(chunkBytes)
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor)
}

function spread(count: number, limit: number, ask: (offset: number) => unknown): void {
  let state = 12345
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    ask(state % limit)
  }
}

function timed<T>(run: () => T): { ms: number; result: T } {
  const start = performance.now()
  const result = run()
  return { ms: performance.now() - start, result }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(30)}${value}`)
}
