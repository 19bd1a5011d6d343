/**
 * Backtrace's addresses: `/post?token=…&format=…` and `/api/post`, `/submit.backtrace.io/UNIVERSE/TOKEN/FORMAT` and the same without the first
 * part. The query's format wins, because clients that send dumps put it there whatever the path says; attributes may be glued to the path
 * with `&` and no `?`.
 */
import type { FastifyRequest } from 'fastify'
import { parameterOf, queryOf } from '../exchange.ts'

export interface BacktraceAddress {
  readonly token: string | undefined
  readonly format: string
  /** Report to which the body is to be added. */
  readonly object: string | undefined
  readonly attachmentName: string | undefined
  /** Every other parameter. */
  readonly attributes: ReadonlyMap<string, string>
}

const ownParameters = new Set(['token', 'format', 'universe', 'object', 'attachment_name', '_mod_sync', '_mod_log'])

export function readBacktraceAddress(
  request: FastifyRequest,
  limits: { readonly queryFields: number; readonly queryFieldLength: number },
): BacktraceAddress {
  const query = queryOf(request)
  const [pathFormat = '', ...glued] = parameterOf(request, 'format').split('&')
  const attributes = new Map<string, string>()
  for (const [name, value] of [...query, ...new URLSearchParams(glued.join('&'))]) {
    if (name === '' || ownParameters.has(name) || attributes.has(name) || attributes.size >= limits.queryFields) continue
    attributes.set(name.slice(0, limits.queryFieldLength), value.slice(0, limits.queryFieldLength))
  }
  const bare = ['json', 'minidump', 'btt', 'plcrash'].find((format) => query.has(format))
  return {
    token: (parameterOf(request, 'token') || query.get('token') || undefined)?.toLowerCase(),
    format: (query.get('format') ?? (pathFormat === '' ? bare : pathFormat) ?? '').toLowerCase(),
    object: query.get('object') ?? undefined,
    attachmentName: query.get('attachment_name') ?? undefined,
    attributes,
  }
}
