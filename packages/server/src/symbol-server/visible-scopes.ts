import type { FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { Store } from '../store/store.ts'
import { secretOf } from '../symbols-in/symbol-owner.ts'
import { symbolServerLimits } from './limits.ts'

/**
 * Projects whose symbols a request may have: those that serve everybody, and with a token that may read also its own. The token comes as debuggers can
 * send it: `Authorization: Bearer`, user or password of the address, `Auth-Token`, `?key=`. No cookie counts, so that pages of others may ask.
 */
export async function visibleProjects(store: Store, request: FastifyRequest, slug: string | undefined): Promise<LedgerProject[]> {
  const secret = secretOf(request)
  const token = secret === undefined ? undefined : await store.ledger.tokenBySecret(secret)
  if (secret !== undefined && token === undefined) throw new ApiProblem('bad_token')
  if (token !== undefined && !token.scopes.includes('read'))
    throw new ApiProblem('missing_scope', `The token "${token.name}" does not have the scope read.`)
  const projects = await store.ledger.projects()
  const own = ({ id }: LedgerProject) => token !== undefined && (token.projects?.includes(id) ?? true)
  const visible = projects.filter(
    (project) => (slug === undefined || project.slug === slug) && (own(project) || project.settings.symbolAccess === 'public'),
  )
  if (visible.length === 0 && token === undefined) throw new ApiProblem('no_token')
  return visible.slice(0, symbolServerLimits.maxProjects)
}
