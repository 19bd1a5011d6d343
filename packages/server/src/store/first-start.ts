import { randomUUID } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Scope } from '../api/schema.ts'
import { hasCode, syncFolder, writeSynced } from '../durable/durable-files.ts'
import { newSecret } from './database/ledger/secrets.ts'
import type { Ledger } from './database/ledger.ts'
import { StoreError } from './errors.ts'

export const firstProject = { slug: 'default', name: 'Default' } as const
export const adminTokenFile = 'admin-token'
const adminTokenName = 'admin-token of the first start'

/** An empty ledger gets a project with a key, and a token that may do everything, whose secret lies in the data folder for its owner only. */
export async function firstStart(ledger: Ledger, dataDir: string): Promise<void> {
  if ((await ledger.projects()).length === 0) await createFirstProject(ledger)
  if ((await ledger.tokens()).length > 0) return
  const path = join(dataDir, adminTokenFile)
  // The file comes first: a start that was interrupted after it registers the same secret, and nobody is locked out.
  const secret = (await readSecret(path)) ?? (await writeSecret(path))
  await ledger.createToken({ name: adminTokenName, scopes: allScopes(), projects: undefined, expiresAt: undefined, secret })
}

/** Of two programs that start at once one makes it, and both have it. */
async function createFirstProject(ledger: Ledger): Promise<void> {
  try {
    await ledger.createProject(firstProject)
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'slug_taken') throw error
  }
}

function allScopes(): Scope[] {
  return Value.Parse(
    Type.Array(Scope),
    Scope.anyOf.map(({ const: scope }) => scope),
  )
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim()
    return /^[\w-]{43}$/.test(secret) ? secret : undefined
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function writeSecret(path: string): Promise<string> {
  const secret = newSecret()
  const temporary = `${path}.${randomUUID()}`
  await writeSynced(temporary, Buffer.from(`${secret}\n`))
  await rename(temporary, path)
  await syncFolder(dirname(path))
  return secret
}
