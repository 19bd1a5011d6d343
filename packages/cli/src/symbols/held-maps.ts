import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { SourceMapUploaded, SymbolsMissing } from '@crashkeep/server/api-types'
import { RefusedError, type ServerConnection } from '../server-connection.ts'
import { maxModulesPerRequest } from './limits.ts'
import { scriptOfMap } from './script-of-map.ts'
import type { WalkedFile } from './walk-files.ts'

export interface NamedMap {
  readonly map: WalkedFile
  readonly script: string
}

export function namedMap(map: WalkedFile): NamedMap {
  return { map, script: scriptOfMap(map.path, map.path === map.root ? process.cwd() : map.root) }
}

/** The source maps that the server has as they are, for this release; none, where it is too old to be asked. */
export async function heldMaps(
  server: ServerConnection,
  query: URLSearchParams,
  maps: readonly NamedMap[],
  release: string | undefined,
): Promise<Map<NamedMap, SourceMapUploaded>> {
  const held = new Map<NamedMap, SourceMapUploaded>()
  for (let at = 0; at < maps.length; at += maxModulesPerRequest) {
    const some = await Promise.all(
      maps.slice(at, at + maxModulesPerRequest).map(async (named) => ({ named, ...(await hashed(named.map.path)) })),
    )
    const sourceMaps = some.map(({ named: { script }, sha256 }) => ({ script, sha256, ...(release === undefined ? {} : { release }) }))
    const missing = await ask(server, query, sourceMaps)
    if (missing === undefined) return held
    for (const { named, sha256, size } of some)
      if (!missing.has(keyOf({ script: named.script, sha256 })))
        held.set(named, {
          script: named.script,
          release: release ?? null,
          debugId: null,
          sha256,
          size,
          outcome: 'present',
          reprocessing: 0,
        })
  }
  return held
}

async function ask(
  server: ServerConnection,
  query: URLSearchParams,
  sourceMaps: readonly { readonly script: string; readonly sha256: string }[],
): Promise<Set<string> | undefined> {
  try {
    const answer = await server.call<Partial<SymbolsMissing>>('POST', `/symbols/missing?${query}`, { json: { modules: [], sourceMaps } })
    return answer.sourceMaps && new Set(answer.sourceMaps.map(keyOf))
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 400)) return undefined
    throw error
  }
}

async function hashed(path: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = Buffer.from(chunk)
    hash.update(bytes)
    size += bytes.length
  }
  return { sha256: hash.digest('hex'), size }
}

function keyOf({ script, sha256 }: { readonly script: string; readonly sha256: string }): string {
  return `${sha256} ${script}`
}
