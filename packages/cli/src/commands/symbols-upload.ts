import type { SourceMapUploaded, SymbolModule } from '@crashkeep/server/api-types'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson } from '../print.ts'
import { startProgress } from '../progress.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'
import { type FoundFiles, findModules } from '../symbols/find-modules.ts'
import { isArchive } from '../symbols/is-archive.ts'
import { maxNamed, maxShownProblems } from '../symbols/limits.ts'
import { lackingModules } from '../symbols/missing-modules.ts'
import { note } from '../symbols/note.ts'
import { withScratchFolder } from '../symbols/scratch-folder.ts'
import { type UploadedFile, uploadSymbols } from '../symbols/upload-symbols.ts'
import { walkFiles } from '../symbols/walk-files.ts'
import { wholeNumber } from '../symbols/whole-number.ts'

type UploadOptions = ConnectionOptions & {
  readonly json?: true
  readonly project: string
  readonly shared?: true
  readonly release?: string
  readonly force?: true
  readonly inlines: boolean
  readonly numJobs?: number
}

export function addSymbolsUpload(symbols: Command): void {
  withConnection(
    symbols
      .command('upload')
      .description(
        'make symbols of debug files, upload those that the server lacks, and source maps; reports that lacked them are processed again',
      ),
  )
    .argument('<path...>', 'debug files, dSYMs, .sym files and source maps, folders of them, or archives')
    .option('--project <slug>', 'for this project', 'default')
    .option('--shared', 'for every project instead')
    .option('--release <name>', 'the release whose scripts the source maps are for, as pages name it; left out: for every release')
    .option('--force', 'also what the server has')
    .option('--no-inlines', 'symbols without INLINE records')
    .option('-j, --num-jobs <number>', 'files dumped at once; the number of cores', wholeNumber)
    .option('--json', 'as JSON')
    .action(upload)
}

async function upload(paths: string[], options: UploadOptions): Promise<void> {
  const server = new ServerConnection(options)
  const found = find(paths, options)
  const scope: Record<string, string> = options.shared ? { shared: 'true' } : { project: options.project }
  const lacking = options.shared ? undefined : await lackingModules(server, options.project)
  const archives = found.unknown.filter((path) => paths.includes(path) && isArchive(path))
  const results: UploadedFile[] = unusable(paths, found)
  for (const result of results) tell(result, options)
  let [total, sent] = [0, 0]
  const progress = options.json ? undefined : startProgress(() => `${results.length} of ${total} files, ${(sent / 1e6).toFixed(1)} MB sent`)
  try {
    await withScratchFolder((scratch) =>
      uploadSymbols(
        found,
        archives,
        {
          server,
          scope,
          release: options.release,
          force: options.force === true,
          inlines: options.inlines,
          jobs: options.numJobs,
          lacking: lacking ?? [],
          scratch,
          sent: (bytes) => {
            sent += bytes
          },
        },
        {
          total: (count) => {
            total = count + results.length
          },
          ended: (result) => {
            results.push(result)
            progress?.clear()
            tell(result, options)
          },
        },
      ),
    )
  } finally {
    progress?.end()
  }
  const failed = results.filter(({ kind }) => kind === 'failed').length
  if (options.json) printJson(results.flatMap(toJson))
  else await summarise(results, server, options, lacking !== undefined)
  if (failed > 0) throw new CommandError(`${failed} of ${results.length} files were not stored.`)
}

function find(paths: readonly string[], options: UploadOptions): FoundFiles {
  let looked = 0
  const progress = options.json ? undefined : startProgress(() => `${looked} files looked at`)
  try {
    const found = findModules(walkFiles(paths), () => {
      looked++
    })
    if (
      found.modules.length + found.sourceMaps.length + found.nameless.length + unusable(paths, found).length === 0 &&
      !paths.some((path) => found.unknown.includes(path))
    )
      throw new CommandError(`${paths.join(', ')} holds no .sym file, no debug file and no source map.`)
    return found
  } finally {
    progress?.end()
  }
}

/** Files that somebody named and that are no good. Those that lie in a folder beside others are nobody's mistake. */
function unusable(paths: readonly string[], { unknown, unusable, nameless }: FoundFiles): UploadedFile[] {
  const named = new Set(paths)
  const failed = (file: string, why: string): UploadedFile => ({ kind: 'failed', file, why })
  return [
    ...unknown
      .filter((path) => (named.has(path) && !isArchive(path)) || path.endsWith('.sym'))
      .map((path) => failed(path, 'it is neither a debug file nor a .sym file nor a source map.')),
    ...unusable.filter(({ path }) => named.has(path)).map(({ path, why }) => failed(path, why)),
    ...nameless
      .filter(({ main }) => named.has(main.path))
      .map(({ main }) => failed(main.path, 'it has no build id, so that no crash report can name it.')),
  ]
}

function tell(result: UploadedFile, { json }: UploadOptions): void {
  if (result.kind === 'failed') note(result.file, result.why)
  else if (json) return
  else if (result.kind === 'source-map') {
    const { uploaded, file } = result
    process.stdout.write(`${file}: ${uploaded.outcome}, ${uploaded.script} of ${releaseName(uploaded)}${again(uploaded.reprocessing)}\n`)
  } else {
    for (const problem of result.problems.slice(0, maxShownProblems)) note(result.file, problem)
    process.stdout.write(`${result.file}: ${result.outcome}, ${result.debugFile}/${result.debugId}${again(result.reprocessing)}\n`)
  }
}

function toJson(result: UploadedFile): object[] {
  if (result.kind === 'failed') return [{ file: result.file, outcome: 'failed', why: result.why }]
  if (result.kind === 'source-map') return [{ file: result.file, ...result.uploaded }]
  const { kind: _, ...module } = result
  return [module]
}

/** What is covered now, and what reports still lack. */
async function summarise(
  results: readonly UploadedFile[],
  server: ServerConnection,
  options: UploadOptions,
  mayRead: boolean,
): Promise<void> {
  const modules = results.filter((result) => result.kind === 'module')
  const there = modules.filter(({ outcome }) => outcome === 'present').length
  const reports = results.reduce((sum, result) => sum + (result.kind === 'module' ? result.reprocessing : 0), 0)
  if (modules.length > 0)
    process.stdout.write(`${count(modules.length, 'module is', 'modules are')} covered (${there} had been before)${again(reports)}.\n`)
  for (const { debugFile, debugId } of modules.filter(({ outcome }) => outcome === 'conflict').slice(0, maxNamed))
    process.stdout.write(
      `${debugFile} ${debugId} differs from what serves the module, and was kept aside; which one counts: crashkeep symbols prefer '${debugFile.replaceAll("'", "'\\''")}' ${debugId}${options.shared ? '' : ` --project ${options.project}`}\n`,
    )
  if (options.shared) return
  const lacking = mayRead ? await lackingModules(server, options.project) : undefined
  if (lacking === undefined) process.stdout.write('The token may not read, so what reports still lack is not known.\n')
  else {
    // Reports that are processed again at this moment lack nothing any more.
    const covered = new Set(modules.map(({ debugFile, debugId }) => `${debugFile}/${debugId}`))
    describeLacking(
      lacking.filter(({ debugFile, debugId, state }) => state === 'missing' && !covered.has(`${debugFile}/${debugId}`)),
      options.project,
    )
  }
}

function describeLacking(lacking: readonly SymbolModule[], project: string): void {
  if (lacking.length === 0) {
    process.stdout.write(`No report of ${project} lacks symbols.\n`)
    return
  }
  process.stdout.write(`${count(lacking.length, 'module', 'modules')} of ${project}'s reports still without symbols:\n`)
  for (const { debugFile, debugId, reports } of lacking.slice(0, maxNamed))
    process.stdout.write(`  ${debugFile} ${debugId}, in ${count(reports, 'report', 'reports')}\n`)
  if (lacking.length > maxNamed)
    process.stdout.write(`  and ${lacking.length - maxNamed} more: crashkeep symbols list --missing --project ${project}\n`)
}

function releaseName({ release, debugId }: SourceMapUploaded): string {
  return `${release === null ? 'every release' : `release ${release}`}${debugId === null ? '' : `, debug id ${debugId}`}`
}

function again(reports: number): string {
  return reports === 0 ? '' : `; ${count(reports, 'report is', 'reports are')} processed again`
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
