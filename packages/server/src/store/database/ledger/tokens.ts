import type { Kysely, Selectable } from 'kysely'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Scope } from '../../../api/schema.ts'
import { lastUsedResolutionMs } from '../../limits.ts'
import type { Ledger, LedgerToken } from '../ledger.ts'
import type { LedgerSchema, TokenTable } from '../schema.ts'
import { hashOf, newId, newSecret } from './secrets.ts'

type Tokens = Pick<
  Ledger,
  'createToken' | 'tokenBySecret' | 'tokens' | 'revokeToken' | 'createSession' | 'tokenBySession' | 'revokeSession'
>

/** Tokens of people and programs, and the sessions that cookies open with them. Only hashes of secrets are kept. */
export function ledgerTokens(db: Kysely<LedgerSchema>, clock: () => number): Tokens {
  const valid = async (row: Selectable<TokenTable> | undefined): Promise<LedgerToken | undefined> => {
    const now = clock()
    if (row === undefined || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined
    if (row.last_used_at === null || now - row.last_used_at >= lastUsedResolutionMs)
      await db.updateTable('token').set({ last_used_at: now }).where('id', '=', row.id).execute()
    return tokenOf(row)
  }

  return {
    async createToken({ name, scopes, projects, expiresAt, secret = newSecret() }) {
      const row = {
        id: newId(),
        name,
        scopes: JSON.stringify(scopes),
        projects: projects === undefined ? null : JSON.stringify(projects),
        secret_hash: hashOf(secret),
        created_at: clock(),
        expires_at: expiresAt ?? null,
        last_used_at: null,
        revoked_at: null,
      }
      await db.insertInto('token').values(row).execute()
      return { token: tokenOf(row), secret }
    },
    async tokenBySecret(secret) {
      return valid(await db.selectFrom('token').selectAll().where('secret_hash', '=', hashOf(secret)).executeTakeFirst())
    },
    async tokens() {
      return (await db.selectFrom('token').selectAll().orderBy('created_at').orderBy('id').execute()).map(tokenOf)
    },
    async revokeToken(id) {
      const { numUpdatedRows } = await db
        .updateTable('token')
        .set({ revoked_at: clock() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async createSession(tokenId, lifetimeMs) {
      const now = clock()
      const secret = newSecret()
      const expiresAt = now + lifetimeMs
      await db.deleteFrom('session').where('expires_at', '<=', now).execute()
      await db
        .insertInto('session')
        .values({ secret_hash: hashOf(secret), token_id: tokenId, created_at: now, expires_at: expiresAt })
        .execute()
      return { secret, expiresAt }
    },
    async tokenBySession(secret) {
      return valid(
        await db
          .selectFrom('session')
          .innerJoin('token', 'token.id', 'session.token_id')
          .selectAll('token')
          .where('session.secret_hash', '=', hashOf(secret))
          .where('session.expires_at', '>', clock())
          .executeTakeFirst(),
      )
    },
    async revokeSession(secret) {
      await db.deleteFrom('session').where('secret_hash', '=', hashOf(secret)).execute()
    },
  }
}

const Scopes = Type.Array(Scope)
const ProjectIds = Type.Array(Type.Integer())

function tokenOf(row: Selectable<TokenTable>): LedgerToken {
  return {
    id: row.id,
    name: row.name,
    scopes: Value.Parse(Scopes, JSON.parse(row.scopes)),
    projects: row.projects === null ? undefined : Value.Parse(ProjectIds, JSON.parse(row.projects)),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  }
}
