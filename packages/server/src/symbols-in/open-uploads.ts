import { join } from 'node:path'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Store } from '../store/store.ts'
import { symbolLimits } from './limits.ts'
import type { UploadContext } from './protocol.ts'
import { uploadRoutes } from './routes.ts'
import { Assemblies } from './sentry/assembly.ts'
import { anyNumber, type SharedSymbolRules } from './shared-symbols.ts'
import { StagedFiles } from './staged-files.ts'
import { type ConverterOptions, SymbolConverter } from './symbol-converter.ts'
import { SymbolInbox } from './symbol-inbox.ts'
import { Tickets } from './tickets.ts'

export interface SymbolUploads extends UploadContext {
  readonly converter: SymbolConverter
  /** The routes of other programs' protocols. */
  readonly plugin: FastifyPluginAsync
  close(): Promise<void>
}

export interface UploadsOptions extends ConverterOptions {
  readonly store: Store
  /** Called when reports wait to be processed again. */
  readonly reprocessed: () => void
  readonly publicUrl?: string | undefined
  readonly clock?: () => number
  readonly shared?: SharedSymbolRules
}

/** What lies staged for its whole time may be gigabytes, and nobody may come to add more. */
const cleanUpEveryMs = 10 * 60_000

/** Everything that takes symbols in. */
export function openUploads(options: UploadsOptions): SymbolUploads {
  const { store, tmpFolder, reprocessed, publicUrl, clock = Date.now, shared = anyNumber } = options
  const converter = new SymbolConverter(options)
  const staged = new StagedFiles(join(tmpFolder, 'symbols-staged'), clock, symbolLimits)
  const cleanUp = setInterval(() => void staged.dropOld().catch(() => undefined), cleanUpEveryMs).unref()
  const assemblies = new Assemblies(clock)
  const context = {
    store,
    tmpFolder,
    publicUrl,
    shared,
    staged,
    assemblies,
    tickets: new Tickets(staged),
    inbox: new SymbolInbox({ store, converter, reprocessed }),
  }
  return {
    ...context,
    converter,
    plugin: async (app) => register(app, context),
    close() {
      clearInterval(cleanUp)
      return converter.close()
    },
  }
}

function register(app: FastifyInstance, context: UploadContext): void {
  app.removeAllContentTypeParsers()
  // Bodies reach the protocols as they come.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  for (const { method, url, answer } of uploadRoutes)
    app.route({
      method,
      url,
      exposeHeadRoute: false,
      schema: { hide: true },
      handler: async (request, reply) => {
        await answer({ request, reply, context })
        return reply
      },
    })
}
