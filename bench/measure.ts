import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** One run of a program, or the median of several. */
export interface Cost {
  readonly wallMs: number
  /** User and system time together: what stays steady while others use the machine. */
  readonly cpuMs: number
  readonly peakMb: number
}

const time = '/usr/bin/time'
const maxRunMs = 120_000

/** GNU time reports what the kernel kept about a child; Node does not. */
export const canMeasureMemory: boolean = existsSync(time)

export function run(command: readonly string[]): Cost {
  const [file = '', ...words] = canMeasureMemory ? [time, '-f', '\n%U %S %M', ...command] : command
  const start = performance.now()
  const { status, stderr, error } = spawnSync(file, words, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: maxRunMs })
  const wallMs = performance.now() - start
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${error?.message ?? stderr.slice(-500)}`)
  const [user = 0, system = 0, kilobytes = Number.NaN] = canMeasureMemory
    ? (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number)
    : []
  return { wallMs, cpuMs: canMeasureMemory ? (user + system) * 1000 : Number.NaN, peakMb: kilobytes / 1024 }
}

/** Runs all candidates in turn, round by round, so that a busy moment meets each of them, and gives the median of each. */
export function alternate(rounds: number, candidates: Readonly<Record<string, () => Cost>>): Record<string, Cost> {
  const runs = new Map(Object.keys(candidates).map((name) => [name, [] as Cost[]]))
  for (let round = 0; round < rounds; round++) for (const [name, once] of Object.entries(candidates)) runs.get(name)?.push(once())
  return Object.fromEntries([...runs].map(([name, costs]) => [name, medianCost(costs)]))
}

export function medianCost(costs: readonly Cost[]): Cost {
  const of = (part: (cost: Cost) => number): number => median(costs.map(part))
  return { wallMs: of((cost) => cost.wallMs), cpuMs: of((cost) => cost.cpuMs), peakMb: of((cost) => cost.peakMb) }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(existsSync)
}
