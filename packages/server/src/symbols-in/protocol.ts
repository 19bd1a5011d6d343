/** What every protocol of uploads has: who sends, whose symbols they become, and a refusal in that protocol's own form. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnsweredProblem } from '../api/error-handler.ts'
import { problemOf } from '../api/error-handler.ts'
import { ServerError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import type { Assemblies } from './sentry/assembly.ts'
import type { SharedSymbolRules } from './shared-symbols.ts'
import type { StagedFiles } from './staged-files.ts'
import type { SymbolInbox } from './symbol-inbox.ts'
import { ownerOf, type SymbolOwner, secretOf, uploaderOf } from './symbol-owner.ts'
import type { Tickets } from './tickets.ts'

export interface UploadContext {
  readonly store: Store
  readonly inbox: SymbolInbox
  readonly staged: StagedFiles
  readonly assemblies: Assemblies
  readonly tickets: Tickets
  /** Where a proxy stands before the server: what addresses that are handed out begin with. */
  readonly publicUrl: string | undefined
  readonly tmpFolder: string
  readonly shared: SharedSymbolRules
}

export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly context: UploadContext
}

export type Answer = (exchange: Exchange) => Promise<void>

/** After a refusal the rest of a body is read for so long: a sender that is cut off while it sends may never read the answer. */
const lingerMs = 10_000

/** Runs an answer; what goes wrong is said as `refuse` says it. */
export function answering(refuse: (reply: FastifyReply, problem: AnsweredProblem) => unknown, answer: Answer): Answer {
  return async (exchange) => {
    const { request, reply } = exchange
    try {
      await answer(exchange)
    } catch (error) {
      const problem = problemOf(error)
      if (problem.statusCode >= 500) request.log.error({ err: error, code: problem.code }, 'symbols could not be taken in')
      if (error instanceof ServerError && error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
      reply.code(problem.statusCode)
      await reply.send(refuse(reply, problem))
      letGo(request)
    }
  }
}

/** `project` is what the address or the form calls it. */
export async function ownerOfRequest(
  { request, context }: Exchange,
  project: string | undefined,
  secret = secretOf(request),
): Promise<SymbolOwner> {
  const { ledger } = context.store
  return ownerOf(ledger, await uploaderOf(ledger, secret), project, context.shared.quota)
}

export function queryOf({ request }: Exchange): URLSearchParams {
  const url = request.raw.url ?? ''
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

export function parameterOf({ request }: Exchange, name: string): string {
  const { params } = request
  if (typeof params !== 'object' || params === null) return ''
  const value: unknown = Object.entries(params).find(([each]) => each === name)?.[1]
  return typeof value === 'string' ? value : ''
}

/** Under which the client reached us: addresses that are handed out begin so. */
export function baseUrl({ request, context }: Exchange): string {
  return context.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`
}

function letGo({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return
  const timer = setTimeout(() => raw.socket.destroy(), lingerMs).unref()
  raw.once('close', () => clearTimeout(timer))
  raw.once('end', () => clearTimeout(timer))
  raw.on('error', () => undefined)
  raw.unpipe()
  raw.resume()
}
