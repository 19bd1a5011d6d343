/**
 * This server as a server of symbols, for WinDbg, Visual Studio, gdb, stackwalkers and profilers. Whom it answers is each project's word; see
 * docs/reference/symbol-server.md.
 */
import type { FastifyPluginAsync } from 'fastify'
import { problemOf } from '../api/error-handler.ts'
import { serveLayouts } from './serve-layouts.ts'
import { type SymbolicationOptions, serveSymbolication } from './symbolicate.ts'

export function symbolServer(options: SymbolicationOptions): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      // Pages of others may ask: no cookie counts here, only a token that they must have.
      reply.header('access-control-allow-origin', '*')
    })
    app.addHook('onError', async (_request, reply, error) => {
      // Debuggers ask their user for a name and a password then; the token is either.
      if (problemOf(error).statusCode === 401) reply.header('www-authenticate', 'Basic realm="Crashkeep symbols"')
    })
    serveLayouts(app, options.store)
    serveSymbolication(app, options)
  }
}
