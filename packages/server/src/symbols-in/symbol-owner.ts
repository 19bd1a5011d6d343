import type { FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import { type Caller, projectOf, requireWholeServer } from '../api/caller.ts'
import { actorOf } from '../api/reports.ts'
import type { Ledger, LedgerProject } from '../store/database/ledger.ts'
import type { SymbolQuota } from '../store/symbol-store.ts'
import { projectSymbolScope, sharedScope } from '../store/symbols/symbol-scope.ts'

/** Whose symbols an upload becomes. */
export interface SymbolOwner {
  readonly scope: string
  /** undefined: everybody's. */
  readonly projectId: number | undefined
  readonly keepsDebugFiles: boolean
  readonly quota: SymbolQuota | undefined
  readonly by: string
  readonly tokenId: string
}

/** Stands for everybody's symbols where an address names a project; no slug begins so. */
export const sharedName = '_shared'

/** Whom a token lets upload. Every protocol has its own place for it; the rights are the same. */
export async function uploaderOf(ledger: Ledger, secret: string | undefined): Promise<Caller> {
  if (secret === undefined || secret === '') throw new ApiProblem('no_token', 'Send a token that may upload symbols.')
  const token = secret.length > 512 ? undefined : await ledger.tokenBySecret(secret)
  if (token === undefined) throw new ApiProblem('bad_token')
  if (!token.scopes.includes('upload-symbols'))
    throw new ApiProblem('missing_scope', `The token "${token.name}" does not have the scope upload-symbols.`)
  return { tokenId: token.id, name: token.name, scopes: token.scopes, projects: token.projects, by: 'token' }
}

/** `name` is a slug, `_shared`, or nothing: then the token's one project, or everybody where it has the whole server. */
export async function ownerOf(ledger: Ledger, caller: Caller, name: string | undefined, sharedQuota?: SymbolQuota): Promise<SymbolOwner> {
  const { tokenId } = caller
  const by = actorOf(caller)
  const [only, more] = caller.projects ?? []
  if (name === sharedName || (name === undefined && caller.projects === undefined)) {
    requireWholeServer(caller)
    return { scope: sharedScope, projectId: undefined, keepsDebugFiles: false, quota: sharedQuota, by, tokenId }
  }
  if (name === undefined && (only === undefined || more !== undefined))
    throw new ApiProblem('bad_request', 'The token may upload to several projects; say which one in the address.')
  const project = name === undefined ? await ledger.projectById(only ?? 0) : await projectOf(ledger, caller, name)
  if (project === undefined) throw new ApiProblem('not_found', 'There is no such project.')
  return projectOwner(project, { by, tokenId })
}

export function projectOwner({ id, settings }: LedgerProject, who: Pick<SymbolOwner, 'by' | 'tokenId'>): SymbolOwner {
  const { symbolQuotaBytes, symbolQuotaFiles, keepDebugFiles } = settings
  return {
    scope: projectSymbolScope(id),
    projectId: id,
    keepsDebugFiles: keepDebugFiles,
    quota: { bytes: symbolQuotaBytes, files: symbolQuotaFiles },
    ...who,
  }
}

/** Out of the places that tools have for it: two headers, the user's name or password of an address, `?key=`. */
export function secretOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  const tecken = request.headers['auth-token']
  if (typeof tecken === 'string') return tecken
  const bearer = /^(?:Bearer|Token) +([^\s]{1,512})$/i.exec(authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const basic = /^Basic +([A-Za-z0-9+/=]{1,2048})$/i.exec(authorization ?? '')?.[1]
  if (basic !== undefined) {
    const [user = '', password = ''] = Buffer.from(basic, 'base64').toString('utf8').split(/:(.*)/s)
    return password === '' ? user : password
  }
  const at = (request.raw.url ?? '').indexOf('?')
  return at < 0 ? undefined : (new URLSearchParams((request.raw.url ?? '').slice(at + 1)).get('key') ?? undefined)
}
