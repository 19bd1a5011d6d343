import { createWriteStream, mkdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { symbolPath } from '@crashkeep/symbols'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'
import { chooseFile, filesOfModule } from '../symbols/files-of-module.ts'
import { storePath } from '../symbols/store-path.ts'

type FetchOptions = ConnectionOptions & { project: string; output?: string; store?: string; hash?: string }

export function addSymbolsFetch(symbols: Command): void {
  withConnection(symbols.command('fetch').description('bring a symbol file from the server'))
    .argument('<module>', 'name of the debug file, as `symbols list` names it')
    .argument('<debug-id>', 'its debug id')
    .option('--project <slug>', 'of this project', 'default')
    .option('--hash <sha256>', 'of several files for the id this one: its hash, or the beginning of it')
    .option('-o, --output <file>', 'writes there instead of standard output; - is standard output')
    .option('-s, --store <folder>', "writes into Breakpad's layout below the folder, NAME/ID/NAME.sym; for several modules")
    .action(fetchSymbols)
}

async function fetchSymbols(debugFile: string, debugId: string, options: FetchOptions): Promise<void> {
  const [place] = symbolPath({ debugFile, debugId })
  if (place === undefined) throw new CommandError(`"${debugFile}" with "${debugId}" names no module.`, { exitStatus: 2 })
  const server = new ServerConnection(options)
  const address = place.split('/').map(encodeURIComponent).join('/')
  const query = new URLSearchParams({ project: options.project })
  if (options.hash !== undefined)
    query.set('sha256', chooseFile(await filesOfModule(server, options.project, { debugFile, debugId }), options.hash).sha256)
  const bytes = await server.download(`/symbols/${address}?${query}`)
  const path = options.store === undefined ? options.output : storePath(options.store, { debugFile, debugId })
  if (path === undefined || path === '-') {
    for await (const chunk of bytes) if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve))
    return
  }
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.part`
  try {
    await pipeline(bytes, createWriteStream(temporary))
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  if (options.store !== undefined) process.stdout.write(`${path}\n`)
}
