import type { FastifyInstance } from 'fastify'
import { ServerError } from '../errors.ts'
import { StoreError } from '../store/errors.ts'
import { ApiProblem } from './api-error.ts'

/** One form for every refusal: `{code, message}`. What we did not foresee goes to the log, and the asker learns only that. */
export function errorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (error instanceof ServerError && error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    if (problem.statusCode >= 500) request.log.error({ err: error, code: problem.code }, 'a request failed')
    reply.removeHeader('content-length').removeHeader('content-disposition')
    return reply.code(problem.statusCode).type('application/json; charset=utf-8').send({ code: problem.code, message: problem.message })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('application/json; charset=utf-8').send({ code: 'not_found', message: 'There is nothing at this address.' }),
  )
}

export interface AnsweredProblem {
  readonly code: string
  readonly message: string
  readonly statusCode: number
}

/** What a client is told of an error, whichever part of the server threw it. */
export function problemOf(error: unknown): AnsweredProblem {
  return error instanceof ServerError ? { code: error.code, message: error.message, statusCode: error.status } : apiProblemOf(error)
}

function apiProblemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof StoreError) return problemOfStore(error)
  const status = statusOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (status === 413) return new ApiProblem('too_large')
  if (status !== undefined && status >= 400 && status < 500) return new ApiProblem('bad_request', message.slice(0, 500), { cause: error })
  return new ApiProblem('internal', undefined, { cause: error })
}

function problemOfStore(error: StoreError): ApiProblem {
  switch (error.code) {
    case 'bad_cursor':
      return new ApiProblem('bad_request', error.message, { cause: error })
    case 'slug_taken':
      return new ApiProblem('conflict', error.message, { cause: error })
    case 'unknown_project':
      return new ApiProblem('not_found', undefined, { cause: error })
    case 'bad_symbol_file':
    case 'bad_source_map':
      return new ApiProblem('bad_symbols', error.message.endsWith('.') ? error.message : `${error.message}.`, { cause: error })
    case 'symbol_quota':
      return new ApiProblem('symbol_quota', `${error.message}.`, { cause: error })
    case 'query_timeout':
    case 'database_busy':
    case 'database_error':
      return new ApiProblem('unavailable', undefined, { cause: error })
    default:
      return new ApiProblem('internal', undefined, { cause: error })
  }
}

/** Fastify's own errors (a body that is no JSON, a missing parameter) carry their status. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
}
