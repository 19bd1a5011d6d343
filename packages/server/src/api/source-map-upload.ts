import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { processLimits } from '../process/limits.ts'
import { requeue } from '../process/requeue.ts'
import { StoreError } from '../store/errors.ts'
import type { AddedSourceMap } from '../store/source-map-store.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf, requireWholeServer } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { receiveFile } from './receive-file.ts'
import { actorOf } from './reports.ts'
import { ApiError, SourceMapUploaded } from './schema.ts'

export function sourceMapUpload(store: Store, tmpFolder: string, reprocessed: () => void): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The body is read by the handler, as it comes.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/source-maps',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: processLimits.maxSourceMapBytes,
        schema: {
          summary:
            'Upload the source map of a script: the body itself or one file of a form, plain or gzip. Reports that lacked it are processed again',
          consumes: ['application/json', 'application/octet-stream', 'multipart/form-data'],
          querystring: Type.Object({
            project: Type.Optional(projectParameter),
            shared: Type.Optional(Type.Boolean({ description: 'For every project; needs a token that is not limited to some' })),
            release: Type.Optional(
              Type.String({ maxLength: 256, description: 'As the page names it in its context; left out: for every release' }),
            ),
            script: Type.Optional(
              Type.String({
                maxLength: 4096,
                description: 'Path of the script as it was built: dist/assets/app.js. Its end is compared with the address of the script',
              }),
            ),
          }),
          response: { 200: SourceMapUploaded, ...refusals, 413: ApiError, 415: ApiError, 422: ApiError },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { project, shared, release, script } = request.query
        if ((project === undefined) === (shared !== true))
          throw new ApiProblem('bad_request', 'Say whose source map this is: ?project=SLUG or ?shared=true.')
        if (shared === true) requireWholeServer(caller)
        const projectId = project === undefined ? undefined : (await projectOf(store.ledger, caller, project)).id
        if (script === undefined || script === '')
          throw new ApiProblem('bad_request', 'Say which script the source map is for: ?script=dist/assets/app.js.')
        if (!(request.body instanceof Readable)) throw new ApiProblem('bad_request', 'The body is empty; send the source map in it.')
        const received = await receiveFile(
          { body: request.body, contentType: request.headers['content-type'], contentEncoding: request.headers['content-encoding'] },
          tmpFolder,
          `source-map-${randomUUID()}`,
          processLimits.maxSourceMapBytes,
        )
        try {
          const scope = projectId === undefined ? 'shared' : `project:${projectId}`
          const added = await add(store, { scope, ...received, by: actorOf(caller), release, script })
          const lacking = await store.index.reportsLackingMap(
            { path: added.script, release: added.release, debugId: added.debugId },
            projectId,
          )
          await requeue(store, lacking)
          if (lacking.length > 0) reprocessed()
          return {
            script: added.script,
            release: added.release ?? null,
            debugId: added.debugId ?? null,
            sha256: added.sha256,
            size: added.size,
            outcome: added.outcome,
            reprocessing: lacking.length,
          }
        } finally {
          await rm(received.path, { force: true })
        }
      },
    )
  }
}

async function add(store: Store, upload: Parameters<Store['sourceMaps']['add']>[0]): Promise<AddedSourceMap> {
  try {
    return await store.sourceMaps.add(upload)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'bad_source_map')
      throw new ApiProblem('bad_symbols', `${error.message}.`, { cause: error })
    throw error
  }
}
