/** The routes of all dialects as one Fastify plugin. Bodies reach them as the raw stream, whatever the rest of the app does with bodies. */
import type { FastifyError, FastifyInstance } from 'fastify'
import { ServerError } from '../errors.ts'
import type { DialectContext } from './dialect-context.ts'
import { dialectRoutes } from './routes.ts'

export async function registerDialects(app: FastifyInstance, context: DialectContext): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_, payload, done) => done(null, payload))
  // Fastify itself refuses only content types that are none at all.
  app.setErrorHandler((cause: FastifyError, request, reply) => {
    const error = new ServerError(cause.statusCode === 415 ? 'wrong_content_type' : 'storage_failed', { cause })
    if (error.code === 'storage_failed') request.log.error({ err: cause }, 'a report could not be taken in')
    return reply.code(error.status).type('text/plain').send(`${error.code}: ${error.message}`)
  })
  for (const route of dialectRoutes) {
    if (route.needsKeyless && context.keyless === undefined) continue
    app.route({
      method: route.method,
      url: route.url,
      exposeHeadRoute: false,
      schema: { hide: true },
      handler: async (request, reply) => {
        await route.answer(request, reply, context)
        return reply
      },
    })
  }
}
