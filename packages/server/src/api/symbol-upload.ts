import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requeue } from '../process/requeue.ts'
import { StoreError } from '../store/errors.ts'
import type { Store } from '../store/store.ts'
import type { AddedSymbols } from '../store/symbol-store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf, requireWholeServer } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { receiveFile } from './receive-file.ts'
import { actorOf } from './reports.ts'
import { ApiError, SymbolUploaded } from './schema.ts'

/** Chromium's own file has 1.3 GB; nobody has been seen with twice that. */
const maxSymbolBytes = 4 * 1024 * 1024 * 1024

export function symbolUpload(store: Store, tmpFolder: string, reprocessed: () => void): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The body is read by the handler, as it comes.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/symbols',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: maxSymbolBytes,
        schema: {
          summary:
            'Upload a Breakpad symbol file: the body itself or one file of a form, plain or gzip. Reports that lacked it are processed again',
          consumes: ['application/octet-stream', 'text/plain', 'multipart/form-data'],
          querystring: Type.Object({
            project: Type.Optional(projectParameter),
            shared: Type.Optional(Type.Boolean({ description: 'For every project; needs a token that is not limited to some' })),
          }),
          response: { 200: SymbolUploaded, ...refusals, 413: ApiError, 415: ApiError, 422: ApiError },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { project, shared } = request.query
        if ((project === undefined) === (shared !== true))
          throw new ApiProblem('bad_request', 'Say whose symbols these are: ?project=SLUG or ?shared=true.')
        if (shared === true) requireWholeServer(caller)
        const projectId = project === undefined ? undefined : (await projectOf(store.ledger, caller, project)).id
        if (!(request.body instanceof Readable)) throw new ApiProblem('bad_request', 'The body is empty; send the symbol file in it.')
        const received = await receiveFile(
          { body: request.body, contentType: request.headers['content-type'], contentEncoding: request.headers['content-encoding'] },
          tmpFolder,
          `symbols-${randomUUID()}`,
          maxSymbolBytes,
        )
        try {
          const scope = projectId === undefined ? 'shared' : `project:${projectId}`
          const added = await add(store, { scope, ...received, by: actorOf(caller) })
          const lacking = added.outcome === 'conflict' ? [] : await store.index.reportsLacking(added, projectId)
          await requeue(store, lacking)
          if (lacking.length > 0) reprocessed()
          const { debugFile, debugId, sha256, size, outcome } = added
          return { debugFile, debugId, sha256, size, outcome, reprocessing: lacking.length }
        } finally {
          await rm(received.path, { force: true })
        }
      },
    )
  }
}

async function add(store: Store, upload: Parameters<Store['symbols']['add']>[0]): Promise<AddedSymbols> {
  try {
    return await store.symbols.add(upload)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'bad_symbol_file')
      throw new ApiProblem('bad_symbols', error.message, { cause: error })
    throw error
  }
}
