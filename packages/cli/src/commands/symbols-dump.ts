import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson } from '../print.ts'
import { startProgress } from '../progress.ts'
import { archOf, forArch } from '../symbols/choose-modules.ts'
import { dumpTask } from '../symbols/dump-module.ts'
import { DumpPool } from '../symbols/dump-pool.ts'
import { type DumpedToFile, dumpToFile } from '../symbols/dump-to-file.ts'
import { type FoundModule, findModules } from '../symbols/find-modules.ts'
import { maxShownProblems } from '../symbols/limits.ts'
import { note } from '../symbols/note.ts'
import { keepEngineSmall } from '../symbols/small-engine.ts'
import { storePath } from '../symbols/store-path.ts'
import { walkFiles } from '../symbols/walk-files.ts'
import { wholeNumber } from '../symbols/whole-number.ts'

interface DumpCommandOptions {
  readonly output?: string
  readonly store?: string
  readonly inlines: boolean
  readonly arch?: string
  readonly listArch?: true
  readonly checkCfi?: true
  readonly extraInfo?: string[]
  readonly numJobs?: number
  readonly json?: true
}

export function addSymbolsDump(symbols: Command): void {
  symbols
    .command('dump')
    .description("write Breakpad's .sym of ELF, PE, PDB and Mach-O files, of any system on any system")
    .argument('<file...>', 'programs, libraries, debug files, dSYMs, or folders of them; those of one build are taken together')
    .option('-o, --output <file>', 'writes there instead of standard output; - is standard output')
    .option('-s, --store <folder>', "writes into Breakpad's layout below the folder, NAME/ID/NAME.sym; for several modules")
    .option('--inlines', 'INLINE records; the default')
    .option('--no-inlines', 'no INLINE records: each address has the line of the outermost call')
    .option('-a, --arch <name>', "which part of a Mach-O for several processors (x86_64, arm64, …); this machine's")
    .option('--list-arch', 'only the processors that the files are for')
    .option('--check-cfi', 'fails where there are no rules for unwinding')
    .option('--extra-info <line...>', 'more INFO lines: "RELEASE 1.2"')
    .option('-j, --num-jobs <number>', 'files dumped at once; the number of cores', wholeNumber)
    .option('--json', 'what was written, as JSON; not with symbols on standard output')
    .action(dump)
}

async function dump(paths: string[], options: DumpCommandOptions): Promise<void> {
  keepEngineSmall()
  const toOutput = options.store === undefined && (options.output === undefined || options.output === '-')
  if (toOutput && options.json) throw new CommandError('--json needs --output FILE or --store DIR for the symbols.', { exitStatus: 2 })
  for (const line of options.extraInfo ?? [])
    if (!/^[A-Z_]+ [^\r\n]*$/.test(line))
      throw new CommandError(`--extra-info takes KEYWORD TEXT, as "RELEASE 1.2", not ${JSON.stringify(line)}.`, { exitStatus: 2 })
  const found = findModules(walkFiles(paths))
  for (const { path, why } of found.unusable) note(path, why)
  const named = new Set(paths)
  for (const path of found.unknown) if (named.has(path)) note(path, 'neither ELF, PE, PDB nor Mach-O.')
  const dumpable = [...found.modules, ...found.nameless].filter(({ main }) => main.module.kind !== 'sym')
  const failedBefore = found.unusable.length + found.unknown.filter((path) => named.has(path)).length
  if (options.listArch) return listArch(dumpable)
  const modules = options.store !== undefined && options.arch === undefined ? dumpable : forArch(dumpable, options.arch)
  if (modules.length === 0) throw new CommandError(`${paths.join(', ')}: no debug file of a build was found.`)
  if (modules.length > 1 && options.store === undefined)
    throw new CommandError(
      `There are ${modules.length} modules (${modules
        .slice(0, 3)
        .map((module) => module.debugFile)
        .join(', ')}, …), and a symbol file holds one; give --store DIR.`,
      { exitStatus: 2 },
    )
  const results = await dumpAll(modules, options)
  if (options.json)
    printJson(
      results.map(({ module, path, result }) => ({
        file: module.main.path,
        ...result.module,
        output: path ?? null,
        counts: result.counts,
        problems: result.problems,
      })),
    )
  else if (options.store !== undefined) for (const { path } of results) process.stdout.write(`${path}\n`)
  const failed = modules.length - results.length + failedBefore
  if (failed > 0) throw new CommandError(`${failed} ${failed === 1 ? 'file was' : 'files were'} not dumped.`)
}

interface Dumped {
  readonly module: FoundModule
  readonly path: string | undefined
  readonly result: DumpedToFile
}

async function dumpAll(modules: readonly FoundModule[], options: DumpCommandOptions): Promise<Dumped[]> {
  const pool = modules.length > 1 ? new DumpPool(options.numJobs) : undefined
  const dumped: Dumped[] = []
  let ended = 0
  const progress = modules.length > 1 ? startProgress(() => `${ended} of ${modules.length} dumped`) : undefined
  const dumpOne = async (module: FoundModule): Promise<void> => {
    try {
      const path = outputOf(module, options)
      const task = dumpTask(module, { inlines: options.inlines, info: options.extraInfo ?? [] }, path)
      const result = pool === undefined ? dumpToFile(task) : await pool.dump(task)
      if (options.checkCfi && !result.hasUnwindRules) throw new CommandError('it has no rules for unwinding.')
      if (options.store !== undefined && options.output !== undefined && path !== undefined) cpSync(path, resolve(options.output))
      progress?.clear()
      for (const { message } of result.problems.slice(0, maxShownProblems)) note(module.main.path, message)
      dumped.push({ module, path, result })
    } catch (error) {
      progress?.clear()
      note(module.main.path, error instanceof Error ? error.message : String(error))
    }
    ended++
  }
  try {
    await Promise.all(modules.map(dumpOne))
  } finally {
    progress?.end()
    await pool?.close()
  }
  return dumped.sort((left, right) => modules.indexOf(left.module) - modules.indexOf(right.module))
}

function outputOf(module: FoundModule, { output, store }: DumpCommandOptions): string | undefined {
  if (store !== undefined) return storePath(store, module)
  return output === undefined || output === '-' ? undefined : output
}

function listArch(modules: readonly FoundModule[]): void {
  for (const [path, parts] of Map.groupBy(modules, ({ main }) => main.path))
    process.stdout.write(`${path}: ${parts.map(archOf).join(', ')}\n`)
}
