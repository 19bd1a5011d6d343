import type { FastifyRequest } from 'fastify'
import type { Ledger, LedgerProject } from '../store/database/ledger.ts'
import { ApiProblem } from './api-error.ts'
import type { Scope } from './schema.ts'

/** Who sends a request. */
export interface Caller {
  readonly tokenId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Project ids; undefined: every project. */
  readonly projects: readonly number[] | undefined
  readonly by: 'cookie' | 'token'
}

/** What a route asks of its caller. `any`: a caller, whatever its scopes. `public`: nobody in particular. */
export type RouteScope = Scope | 'any' | 'public'

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: RouteScope
  }
  interface FastifyRequest {
    caller: Caller | undefined
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new ApiProblem('no_token')
  return request.caller
}

export function maySee(caller: Caller, projectId: number): boolean {
  return caller.projects === undefined || caller.projects.includes(projectId)
}

/** A project that does not exist and one that is not the caller's look the same. */
export async function projectOf(ledger: Ledger, caller: Caller, slug: string): Promise<LedgerProject> {
  const project = await ledger.projectBySlug(slug)
  if (project === undefined || !maySee(caller, project.id)) throw new ApiProblem('not_found', 'There is no such project.')
  return project
}

export async function visibleProjects(ledger: Ledger, caller: Caller): Promise<LedgerProject[]> {
  return (await ledger.projects()).filter(({ id }) => maySee(caller, id))
}

export function requireWholeServer(caller: Caller): void {
  if (caller.projects !== undefined) throw new ApiProblem('whole_server_only')
}
