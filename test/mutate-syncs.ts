/**
 * Takes every sync out of a copy of the built server, one at a time, and runs the rounds of the power-cut test against it: each must be
 * missed by a round, on the strictest disk or, where this is root, on ext4. `node test/mutate-syncs.ts [PART OF A FILE NAME…]`, some minutes.
 * Exit status 1: a sync nobody misses.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canMount, ext4Machine } from './harness/disks.ts'
import type { MakeMachine } from './harness/machine.ts'
import { powerRounds, runPowerRound } from './harness/power-rounds.ts'
import { compile } from './harness/programs.ts'
import { seededRandom } from './harness/random.ts'
import { root } from './harness/server.ts'
import { strictMachine } from './harness/strict-disk.ts'

/** A sync in the code: what it says, and what stands there without it. */
const syncs: readonly (readonly [found: RegExp, instead: string])[] = [
  [/\b[\w.#]+\.(?:data)?sync\(\)/, 'Promise.resolve()'],
  [/(?<!function |function\*? )\bsync(?:Folder|File|FolderNow)\(/, '(async () => {})('],
  [/synchronous = full/, 'synchronous = normal'],
]

/** Syncs that no round reaches, with the reason. */
const unreached: readonly (readonly [file: string, within: string, reason: string])[] = [
  ['spool/segment.js', 'cutOff', 'it follows a write that the disk refused'],
  [
    'symbols-in/staged-files.js',
    'put',
    'a file of a report was synced before; a piece of symbols that lost its bytes is refused, and sent again',
  ],
]

/** The line that begins a function or method. */
const heads = /^ {0,4}(?:export )?(?:static )?(?:async )?(?:function )?(#?\w+)\(.*\{$/

interface Mutant {
  readonly file: string
  readonly line: number
  readonly text: string
  /** The function or method that it stands in. */
  readonly within: string
  readonly mutated: string
}

function mutantsOf(dist: string): Mutant[] {
  // A build may hold files of sources that are gone.
  const sources = readdirSync(join(root, 'packages/server/src'), { recursive: true, encoding: 'utf8' })
  const files = sources.filter((file) => file.endsWith('.ts') && !/test/.test(file)).map((file) => file.replace(/\.ts$/, '.js'))
  return files.sort().flatMap((file) => {
    const lines = readFileSync(join(dist, file), 'utf8').split('\n')
    return lines.flatMap((text, at) => {
      if (/^\s*(\/\/|\*|\/\*|import |export (async )?function sync|(async )?function sync)/.test(text)) return []
      const [found, instead] = syncs.find(([each]) => each.test(text)) ?? []
      if (found === undefined || instead === undefined) return []
      const mutated = lines.with(at, text.replace(found, instead)).join('\n')
      const within = lines.slice(0, at).findLast((line) => heads.test(line))
      return [{ file, line: at + 1, text: text.trim(), within: heads.exec(within ?? '')?.[1] ?? '', mutated }]
    })
  })
}

const readByChildren = new Set(['@jridgewell', 'fzstd', 'gecko-profiler-demangle', 'iced-x86'])

/** The packages with their builds, in a folder where they find each other before those of the checkout. */
function copyOfBuild(folder: string): { readonly command: string; readonly server: string } {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@crashkeep'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@crashkeep' || name.startsWith('.')) continue
    // What the processes that read reports import must lie where they look; they may read no other folder.
    if (readByChildren.has(name)) cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true })
    else symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    const copy = join(folder, 'packages', name)
    mkdirSync(copy, { recursive: true })
    for (const part of ['package.json', 'dist']) cpSync(join(root, 'packages', name, part), join(copy, part), { recursive: true })
    if (name !== 'cli') symlinkSync(copy, join(modules, '@crashkeep', name))
  }
  return { command: join(folder, 'packages/cli/dist/main.js'), server: join(folder, 'packages/server/dist') }
}

/** What the first round that fails on one of the machines says; undefined when none does. */
async function missed(folder: string, command: string, machines: readonly MakeMachine[]): Promise<string | undefined> {
  for (const machine of machines) {
    for (const [i, round] of powerRounds.entries()) {
      try {
        await runPowerRound(round, { folder: join(folder, `round-${i}`), machine, command, random: seededRandom(i + 1) })
      } catch (error) {
        return error instanceof Error ? error.message.slice(0, 250) : String(error)
      }
    }
  }
  return undefined
}

async function machinesIn(folder: string): Promise<MakeMachine[]> {
  const library = await compile('strictdisk.c', join(folder, 'strictdisk.so'), ['-shared', '-fPIC', '-O2'])
  const strict: MakeMachine = (path) => strictMachine(path, library)
  if (!(await canMount(folder))) return [strict]
  const powercut = await compile('powercut.c', join(folder, 'powercut'))
  return [strict, (path, apart) => ext4Machine(path, apart, powercut)]
}

async function main(wanted: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-mutants-'))
  let allMissed = true
  try {
    const machines = await machinesIn(folder)
    const { command, server } = copyOfBuild(join(folder, 'build'))
    const whole = await missed(folder, command, machines)
    if (whole !== undefined) throw new Error(`The rounds fail with every sync in place: ${whole}`)
    for (const { file, line, text, within, mutated } of mutantsOf(server)) {
      if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue
      const path = join(server, file)
      const original = readFileSync(path, 'utf8')
      writeFileSync(path, mutated)
      const fault = await missed(folder, command, machines)
      writeFileSync(path, original)
      const known = unreached.find((each) => each[0] === file && each[1] === within)?.[2]
      if (fault === undefined && known === undefined) allMissed = false
      const verdict = fault ?? (known === undefined ? 'NOT MISSED' : `not missed, as expected: ${known}`)
      process.stdout.write(`${file}:${line} in ${within}: ${text}\n    ${verdict}\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return allMissed
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
