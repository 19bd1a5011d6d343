import { openAsBlob, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SymbolModule, SymbolModulePage, SymbolUploaded } from '@crashkeep/server/api-types'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'

type Options = ConnectionOptions & { json?: true; project: string }
/** Pages that `list` follows: a project does not name more modules than this. */
const maxPages = 200

export function addSymbols(program: Command): void {
  const symbols = program.command('symbols').description('symbol files in the store')

  withConnection(symbols.command('upload').description('upload Breakpad .sym files; reports that lacked them are processed again'))
    .argument('<file...>', '.sym files, or folders that hold them')
    .option('--project <slug>', 'for this project', 'default')
    .option('--shared', 'for every project instead')
    .option('--json', 'as JSON')
    .action(upload)

  withConnection(symbols.command('list').description("modules of a project's reports with the state of their symbols"))
    .option('--project <slug>', 'the project', 'default')
    .option('--missing', 'only modules without symbols')
    .option('--json', 'as JSON')
    .action(list)
}

async function upload(paths: string[], options: Options & { shared?: true }): Promise<void> {
  const server = new ServerConnection(options)
  const scope = options.shared ? 'shared=true' : `project=${encodeURIComponent(options.project)}`
  const files = (await Promise.all(paths.map(symbolFiles))).flat()
  const results: (SymbolUploaded & { file: string })[] = []
  let failed = 0
  for (const file of files) {
    try {
      const uploaded = await server.call<SymbolUploaded>('POST', `/symbols?${scope}`, { bytes: await openAsBlob(file) })
      results.push({ file, ...uploaded })
      if (!options.json)
        process.stdout.write(`${file}: ${uploaded.outcome}, ${uploaded.debugFile}/${uploaded.debugId}${again(uploaded.reprocessing)}\n`)
    } catch (error) {
      failed++
      process.stderr.write(`crashkeep: ${file}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  if (options.json) printJson(results)
  if (failed > 0) throw new CommandError(`${failed} of ${files.length} files were not stored.`)
}

function again(reports: number): string {
  return reports === 0 ? '' : `; ${reports} ${reports === 1 ? 'report is' : 'reports are'} processed again`
}

async function symbolFiles(path: string): Promise<string[]> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new CommandError(`${path} does not exist.`, { exitStatus: 2 })
  if (!stat.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  const found = names.filter((name) => name.endsWith('.sym')).map((name) => join(path, name))
  if (found.length === 0) throw new CommandError(`${path} holds no .sym file.`)
  return found.sort()
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
