import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { maxModuleText } from '../store/limits.ts'
import { describeSymbolFile } from '../store/symbols/symbol-contents.ts'
import { sourcePath } from '../symbol-server/source-path.ts'
import type { UploadContext } from '../symbols-in/protocol.ts'
import { receiveBody } from '../symbols-in/receive.ts'
import { ownerOf } from '../symbols-in/symbol-owner.ts'
import { withUploadFolder } from '../symbols-in/upload-folder.ts'
import { callerOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { ApiError } from './schema.ts'

/** A file of source; the largest that people write have a few megabytes, generated ones some tens. */
const maxSourceBytes = 64 * 1024 * 1024

/** Source files for debuggers that ask as debuginfod's clients do. */
export function debugSource(context: UploadContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The body is read by the handler, as it comes.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/symbols/source',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: maxSourceBytes,
        schema: {
          summary: 'Upload a source file of a program, for debuggers: /buildid/BUILDID/source/PATH gives it',
          consumes: ['application/octet-stream', 'text/plain'],
          querystring: Type.Object({
            project: projectParameter,
            buildId: Type.String({ pattern: '^[0-9a-fA-F]{8,128}$' }),
            path: Type.String({
              pattern: '^/',
              maxLength: maxModuleText,
              description: 'As the debug information names it: /home/ci/shop/cart.c',
            }),
          }),
          response: { 204: Type.Null(), ...refusals, 413: ApiError },
        },
      },
      async (request, reply) => {
        const { project, buildId } = request.query
        const name = sourcePath(request.query.path)
        const { scope, quota, by } = await ownerOf(context.store.ledger, callerOf(request), project)
        await withUploadFolder(context.tmpFolder, async (folder) => {
          const { path } = await receiveBody(request, folder, name)
          const { sha256, size } = await describeSymbolFile(path)
          await context.store.originals.add({ scope, quota, by, kinds: ['source'], id: buildId, name, path, sha256, size })
        })
        return reply.code(204).send(null)
      },
    )
  }
}
