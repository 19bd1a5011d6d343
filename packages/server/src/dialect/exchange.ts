/** What all dialects do with the two ends of an HTTP exchange: sample it when it is refused, and let go of a body nobody wants. */
import type { FastifyRequest } from 'fastify'
import { ServerError, type ServerErrorCode } from '../errors.ts'
import type { BodySource } from '../intake/body.ts'
import type { Intake } from '../intake/intake.ts'
import type { Submission } from './submission.ts'

/** Only these headers are ever kept; what authenticates is not among them. */
const sampledHeaders = [
  'user-agent',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'host',
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
  'via',
]
const maxHeaderLength = 256

/** The key in the address of an ingest route; empty where the route has none. */
export function keyOf(request: FastifyRequest): string {
  const { params } = request
  return typeof params === 'object' && params !== null && 'key' in params && typeof params.key === 'string' ? params.key : ''
}

/** A parameter of the route, or nothing. */
export function parameterOf(request: FastifyRequest, name: string): string {
  const { params } = request
  if (typeof params !== 'object' || params === null) return ''
  const value: unknown = Object.entries(params).find(([each]) => each === name)?.[1]
  return typeof value === 'string' ? value : ''
}

/** The query as it was sent, without Fastify's parser. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? ''
  const questionMark = url.indexOf('?')
  return new URLSearchParams(questionMark < 0 ? '' : url.slice(questionMark + 1))
}

export function senderOf(request: FastifyRequest): Submission['sender'] {
  const userAgent = request.raw.headers['user-agent']
  return { ...(userAgent === undefined ? {} : { userAgent }), address: request.ip }
}

/** The body, for those that read it. */
export function bodyOf(request: FastifyRequest): BodySource {
  const { headers } = request.raw
  return { stream: request.raw, contentEncoding: headers['content-encoding'], contentLength: headers['content-length'] }
}

export function headersForSample(request: FastifyRequest): Record<string, string> {
  const sample: Record<string, string> = {}
  for (const name of sampledHeaders) {
    const value = request.raw.headers[name]
    if (value !== undefined) sample[name] = String(value).slice(0, maxHeaderLength)
  }
  return sample
}

export interface Refusal {
  readonly dialect: string
  readonly projectId: number | undefined
  readonly error: ServerError
}

/** Whatever went wrong, as one of our errors; what is none of them is logged, because it is a defect. */
export function asServerError(error: unknown, request: FastifyRequest): ServerError {
  if (error instanceof ServerError) {
    if (error.status >= 500 && error.cause !== undefined) request.log.error({ err: error }, error.code)
    return error
  }
  request.log.error({ err: error }, 'a report could not be taken in')
  return new ServerError('storage_failed', { cause: error })
}

export function countRefusal(request: FastifyRequest, intake: Intake, refusal: Refusal): void {
  const { error, dialect, projectId } = refusal
  const sample = { headers: headersForSample(request), fieldNames: error.fieldNames, detail: error.message, address: request.ip }
  intake.refused({ projectId, reason: error.code, dialect, at: intake.now(), sample })
}

export function countDrop(
  request: FastifyRequest,
  intake: Intake,
  drop: { readonly dialect: string; readonly projectId: number | undefined; readonly reason: ServerErrorCode; readonly detail: string },
): void {
  const sample = { headers: headersForSample(request), fieldNames: [], detail: drop.detail, address: request.ip }
  intake.refused({ projectId: drop.projectId, reason: drop.reason, dialect: drop.dialect, at: intake.now(), sample })
}

/**
 * Throws the rest of a body away after it was refused: for a while, because a sender that is cut off while it sends may never read the
 * answer, but not for ever.
 */
export function letGo(request: FastifyRequest, lingerMs: number): void {
  const { raw } = request
  if (raw.complete || raw.destroyed) return
  const timer = setTimeout(() => raw.socket.destroy(), lingerMs)
  timer.unref()
  raw.once('close', () => clearTimeout(timer))
  raw.once('end', () => clearTimeout(timer))
  raw.on('error', () => undefined)
  raw.resume()
}
