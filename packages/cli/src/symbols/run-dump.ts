import { cpSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError } from '../errors.ts'
import { printJson } from '../print.ts'
import { startProgress } from '../progress.ts'
import { writeStandardOutput } from '../stackwalk/standard-output.ts'
import { archOf, forArch } from './choose-modules.ts'
import { dumpTask } from './dump-module.ts'
import { type DumpedToFile, dumpToFile } from './dump-to-file.ts'
import { type FoundModule, findModules } from './find-modules.ts'
import { maxShownProblems } from './limits.ts'
import { note } from './note.ts'
import { keepEngineSmall } from './small-engine.ts'
import { storePath } from './store-path.ts'
import { walkFiles } from './walk-files.ts'

/** The flags of `crashkeep symbols dump`, as commander names them. */
export interface DumpCommandOptions {
  output?: string
  store?: string
  inlines?: boolean
  arch?: string
  listArch?: true
  checkCfi?: true
  extraInfo?: string[]
  numJobs?: number
  json?: true
}

export async function runDump(paths: readonly string[], options: DumpCommandOptions): Promise<void> {
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
  keepEngineSmall(sizeOf(modules))
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
  else if (options.store !== undefined) for (const { path } of results) writeStandardOutput(`${path}\n`)
  const failed = modules.length - results.length + failedBefore
  if (failed > 0) throw new CommandError(`${failed} ${failed === 1 ? 'file was' : 'files were'} not dumped.`)
}

interface Dumped {
  readonly module: FoundModule
  readonly path: string | undefined
  readonly result: DumpedToFile
}

async function dumpAll(modules: readonly FoundModule[], options: DumpCommandOptions): Promise<Dumped[]> {
  // For one file no threads are loaded.
  const pool = modules.length > 1 ? new (await import('./dump-pool.ts')).DumpPool(options.numJobs) : undefined
  const dumped: Dumped[] = []
  let ended = 0
  const progress = modules.length > 1 ? startProgress(() => `${ended} of ${modules.length} dumped`) : undefined
  const dumpOne = async (module: FoundModule): Promise<void> => {
    try {
      const path = outputOf(module, options)
      const task = dumpTask(module, { inlines: options.inlines ?? true, info: options.extraInfo ?? [] }, path)
      const result = pool === undefined ? dumpToFile(task, true) : await pool.dump(task)
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

function sizeOf(modules: readonly FoundModule[]): number {
  return modules
    .flatMap(({ main, others }) => [main, ...others])
    .reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
}

function outputOf(module: FoundModule, { output, store }: DumpCommandOptions): string | undefined {
  if (store !== undefined) return storePath(store, module)
  return output === undefined || output === '-' ? undefined : output
}

function listArch(modules: readonly FoundModule[]): void {
  for (const [path, parts] of Map.groupBy(modules, ({ main }) => main.path))
    process.stdout.write(`${path}: ${parts.map(archOf).join(', ')}\n`)
}
