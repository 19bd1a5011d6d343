/**
 * Feeds damaged dumps and symbol files to the readers: `npm run fuzz -- [--seconds N] [--mutants N] [--target NAME] [--seed N] [--blind]`. Of each
 * target one run, one after the other, each with an equal part of the seconds; `--blind` without asking V8 what an input reached. What it finds lies in fuzz/finds/ afterwards, and the exit status is 1.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { targetNames } from './target-names.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    mutants: { type: 'string', default: '1000000000' },
    target: { type: 'string', multiple: true, default: [...targetNames] },
    seed: { type: 'string', default: '1' },
    blind: { type: 'boolean', default: false },
  },
})
const folder = fileURLToPath(new URL('./finds', import.meta.url))

if (positionals.length > 0) await replay(positionals)
else await run()

async function run(): Promise<void> {
  for (const target of values.target) {
    const seconds = Number(values.seconds) / values.target.length
    const { finds, mutants, corpus, blocks, slowestMs } = await fuzz({
      target,
      seed: Number(values.seed),
      mutants: Number(values.mutants),
      seconds,
      isGuided: !values.blind,
    })
    console.log(
      `${target.padEnd(8)} ${mutants} mutants, ${corpus} kept, ${blocks} blocks reached, slowest ${slowestMs.toFixed(0)} ms, ${finds.length} finds`,
    )
    for (const find of finds) {
      mkdirSync(folder, { recursive: true })
      const path = join(folder, `${target}-${createHash('sha1').update(find.input).digest('hex').slice(0, 12)}`)
      writeFileSync(path, find.input)
      console.log(`${path}\n${find.message}`)
      process.exitCode = 1
    }
  }
  console.log(`peak memory of the process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
}

/** Runs files of fuzz/finds/ again: `npm run fuzz -- fuzz/finds/walk-…` */
async function replay(paths: readonly string[]): Promise<void> {
  const { targets } = await import('./targets/index.ts')
  for (const path of paths) {
    const target = targets.find(({ name }) => path.includes(`${name}-`))
    const start = performance.now()
    console.log(
      `${path}: ${target?.run(new Uint8Array(readFileSync(path))).length} characters in ${(performance.now() - start).toFixed(0)} ms`,
    )
  }
}
