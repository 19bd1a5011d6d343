import type { Command } from 'commander'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'
import { reportsModules } from '../symbols/missing-modules.ts'
import { addSymbolsDump } from './symbols-dump.ts'
import { addSymbolsFetch } from './symbols-fetch.ts'
import { addSymbolsPrefer } from './symbols-prefer.ts'
import { addSymbolsUpload } from './symbols-upload.ts'

type ListOptions = ConnectionOptions & { json?: true; project: string; missing?: true; stored?: true; conflicts?: true }

export function addSymbols(program: Command): void {
  const symbols = program.command('symbols').description('symbol files: made, uploaded, listed, fetched')
  addSymbolsDump(symbols)
  addSymbolsUpload(symbols)
  withConnection(symbols.command('list').description("modules of a project's reports with the state of their symbols"))
    .option('--project <slug>', 'the project', 'default')
    .option('--missing', 'only modules without symbols')
    .option('--stored', 'the stored files instead, whether a report needs them or not')
    .option('--conflicts', 'of the stored files those for whose id another one was uploaded, see `symbols prefer`')
    .option('--json', 'as JSON')
    .action(list)
  addSymbolsFetch(symbols)
  addSymbolsPrefer(symbols)
}

async function list(options: ListOptions): Promise<void> {
  const server = new ServerConnection(options)
  const modules = await reportsModules(server, options.project, {
    missing: options.missing === true,
    stored: options.stored === true,
    conflicts: options.conflicts === true,
  })
  if (options.json) return printJson(modules)
  printTable(
    ['STATE', 'REPORTS', 'INSTALLATIONS', 'MODULE', 'DEBUG ID'],
    modules.map(({ state, reports, lacking, installations, debugFile, debugId, file }) => [
      options.conflicts && state === 'present' && file !== null && file.settled > 0 ? 'decided' : state,
      // Of a missing one those that suffer.
      String(state === 'missing' ? lacking : reports),
      installations === 0 ? '–' : String(installations),
      debugFile,
      debugId,
    ]),
  )
}
