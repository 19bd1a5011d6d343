import type { SymbolConflicts } from '@crashkeep/server/api-types'
import { CommandError } from '../errors.ts'
import type { ServerConnection } from '../server-connection.ts'

type File = SymbolConflicts['items'][number]

/** What serves a module, and what was kept aside because it differs. */
export function filesOfModule(
  server: ServerConnection,
  project: string,
  module: { readonly debugFile: string; readonly debugId: string },
): Promise<SymbolConflicts> {
  return server.call<SymbolConflicts>('GET', `/symbols/conflicts?${new URLSearchParams({ project, ...module })}`)
}

/** The one whose hash begins so. */
export function chooseFile({ serving, items }: SymbolConflicts, hash: string): File {
  const wanted = hash.toLowerCase()
  const found = [...serving, ...items].filter(({ sha256 }) => sha256.startsWith(wanted))
  const [only] = found
  if (only === undefined) throw new CommandError(`No file of this module has a hash that begins with ${hash}.`)
  if (new Set(found.map(({ sha256 }) => sha256)).size > 1)
    throw new CommandError(`Several files begin with ${hash}; give more of the hash.`)
  return found.at(-1) ?? only
}
