import type { SymbolConflicts, SymbolsPreferred } from '@crashkeep/server/api-types'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'
import { chooseFile, filesOfModule } from '../symbols/files-of-module.ts'

type PreferOptions = ConnectionOptions & { readonly json?: true; readonly project: string }

export function addSymbolsPrefer(symbols: Command): void {
  withConnection(
    symbols
      .command('prefer')
      .description('of several files for one id, have one serve, or confirm the one that does; without a hash, list them'),
  )
    .argument('<module>', 'name of the debug file, as `symbols list` names it')
    .argument('<debug-id>', 'its debug id')
    .argument('[sha256]', 'the file that shall serve: its hash, or the beginning of it')
    .option('--project <slug>', 'of this project', 'default')
    .option('--json', 'as JSON')
    .action(prefer)
}

async function prefer(debugFile: string, debugId: string, hash: string | undefined, options: PreferOptions): Promise<void> {
  const server = new ServerConnection(options)
  const files = await filesOfModule(server, options.project, { debugFile, debugId })
  if (hash === undefined) {
    if (options.json) printJson(files)
    else list(files)
    return
  }
  const { scope, sha256 } = chooseFile(files, hash)
  const query = new URLSearchParams(scope === 'shared' ? { shared: 'true' } : { project: options.project })
  const json = { debugFile, debugId, sha256 }
  const answer = await server.call<SymbolsPreferred>('POST', `/symbols/prefer?${query}`, { json })
  if (options.json) return printJson(answer)
  const { reprocessing } = answer
  const again = reprocessing === 1 ? '1 report is' : `${reprocessing} reports are`
  process.stdout.write(`${debugFile} ${debugId}: ${sha256} serves now; ${again} processed again\n`)
}

function list(files: SymbolConflicts): void {
  const rows = [
    ...files.serving.map((file) => ({ ...file, state: 'serves' })),
    ...files.items.map((file) => ({ ...file, state: file.settledAt === null ? 'aside' : 'decided against' })),
  ]
  if (rows.length === 0) throw new CommandError('The server has no file for this module.')
  printTable(
    ['STATE', 'SHA-256', 'BYTES', 'LACKS', 'UPLOADED', 'BY'],
    rows.map(({ state, sha256, size, lacks, uploadedAt, uploadedBy, scope }) => [
      state,
      sha256,
      String(size),
      lacks.join(', ') || '–',
      uploadedAt.slice(0, 16),
      `${uploadedBy}${scope === 'shared' ? ', for every project' : ''}`,
    ]),
  )
}
