import { openAsBlob } from 'node:fs'
import type { SourceMapUploaded, SymbolModule, SymbolModulePage, SymbolUploaded } from '@crashkeep/server/api-types'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'
import { symbolFiles } from '../symbols/symbol-files.ts'
import { addSymbolsDump } from './symbols-dump.ts'

type Options = ConnectionOptions & { json?: true; project: string }
type UploadOptions = Options & { shared?: true; release?: string }
/** Pages that `list` follows: a project does not name more modules than this. */
const maxPages = 200

export function addSymbols(program: Command): void {
  const symbols = program.command('symbols').description('symbol files: made, uploaded, listed')
  addSymbolsDump(symbols)

  withConnection(
    symbols.command('upload').description('upload Breakpad .sym files and source maps; reports that lacked them are processed again'),
  )
    .argument('<file...>', '.sym and .map files, or folders that hold them')
    .option('--project <slug>', 'for this project', 'default')
    .option('--shared', 'for every project instead')
    .option('--release <name>', 'the release whose scripts the source maps are for, as pages name it; left out: for every release')
    .option('--json', 'as JSON')
    .action(upload)

  withConnection(symbols.command('list').description("modules of a project's reports with the state of their symbols"))
    .option('--project <slug>', 'the project', 'default')
    .option('--missing', 'only modules without symbols')
    .option('--json', 'as JSON')
    .action(list)
}

async function upload(paths: string[], options: UploadOptions): Promise<void> {
  const server = new ServerConnection(options)
  const scope: Record<string, string> = options.shared ? { shared: 'true' } : { project: options.project }
  const files = (await Promise.all(paths.map(symbolFiles))).flat()
  const results: object[] = []
  let failed = 0
  for (const { path, script } of files) {
    try {
      const bytes = await openAsBlob(path)
      if (script === undefined) {
        const uploaded = await server.call<SymbolUploaded>('POST', `/symbols?${new URLSearchParams(scope)}`, { bytes })
        results.push({ file: path, ...uploaded })
        say(options, `${path}: ${uploaded.outcome}, ${uploaded.debugFile}/${uploaded.debugId}${again(uploaded.reprocessing)}`)
      } else {
        const query = new URLSearchParams({ ...scope, script, ...(options.release === undefined ? {} : { release: options.release }) })
        const uploaded = await server.call<SourceMapUploaded>('POST', `/source-maps?${query}`, { bytes })
        results.push({ file: path, ...uploaded })
        say(options, `${path}: ${uploaded.outcome}, ${uploaded.script} of ${releaseName(uploaded)}${again(uploaded.reprocessing)}`)
      }
    } catch (error) {
      failed++
      process.stderr.write(`crashkeep: ${path}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  if (options.json) printJson(results)
  if (failed > 0) throw new CommandError(`${failed} of ${files.length} files were not stored.`)
}

function say({ json }: UploadOptions, line: string): void {
  if (!json) process.stdout.write(`${line}\n`)
}

function releaseName({ release, debugId }: SourceMapUploaded): string {
  return `${release === null ? 'every release' : `release ${release}`}${debugId === null ? '' : `, debug id ${debugId}`}`
}

function again(reports: number): string {
  return reports === 0 ? '' : `; ${reports} ${reports === 1 ? 'report is' : 'reports are'} processed again`
}

async function list(options: Options & { missing?: true }): Promise<void> {
  const server = new ServerConnection(options)
  const modules: SymbolModule[] = []
  let cursor: string | null = null
  for (let page = 0; page < maxPages; page++) {
    const query = new URLSearchParams({
      project: options.project,
      limit: '100',
      ...(options.missing ? { missing: 'true' } : {}),
      ...(cursor === null ? {} : { cursor }),
    })
    const answer: SymbolModulePage = await server.call<SymbolModulePage>('GET', `/symbols?${query}`)
    modules.push(...answer.items)
    cursor = answer.next
    if (cursor === null) break
  }
  if (options.json) return printJson(modules)
  printTable(
    ['STATE', 'REPORTS', 'MODULE', 'DEBUG ID'],
    modules.map((module) => [module.state, String(module.reports), module.debugFile, module.debugId]),
  )
}
