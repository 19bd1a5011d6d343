import cookies from '@fastify/cookie'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'

import { ApiProblem } from './api/api-error.ts'
import { authenticate } from './api/authenticate.ts'
import { counts } from './api/counts.ts'
import { debugSource } from './api/debug-source.ts'
import { errorHandler } from './api/error-handler.ts'
import type { WaitingReports } from './api/find-report.ts'
import { groups } from './api/groups.ts'
import { type Acceptance, health } from './api/health.ts'
import { hostCheck } from './api/host-check.ts'
import { LoginThrottle } from './api/login-throttle.ts'
import { countRequests, type Metrics } from './api/metrics.ts'
import { openApi } from './api/open-api.ts'
import { pages } from './api/pages.ts'
import { projects } from './api/projects.ts'
import { ingestUrls } from './api/public-url.ts'
import { reportSymbols } from './api/report-symbols.ts'
import { reports } from './api/reports.ts'
import { dataPolicy, pagePolicy, securityHeaders } from './api/security-headers.ts'
import { session } from './api/session.ts'
import { SessionCookie } from './api/session-cookie.ts'
import { symbolConflicts } from './api/symbol-conflicts.ts'
import { type SymbolLimits, symbolStorage } from './api/symbol-storage.ts'
import { symbolUpload } from './api/symbol-upload.ts'
import { symbols } from './api/symbols.ts'
import { symbolsMissing } from './api/symbols-missing.ts'
import { tokens } from './api/tokens.ts'
import { sourceLimits } from './sources/limits.ts'
import type { Store } from './store/store.ts'
import type { SymbolUploads } from './symbols-in/open-uploads.ts'

export interface AppOptions {
  readonly store: Store
  readonly metrics: Metrics
  readonly logger: FastifyBaseLogger
  /** Takes symbols in, for the API and for other programs' protocols; undefined for a process that has no API. */
  readonly symbols?: SymbolUploads
  /** Gives symbols to debuggers; undefined for a process that has no API. */
  readonly symbolServer?: FastifyPluginAsync
  /** What was acknowledged and is not in the store yet; undefined where this process does not collect. */
  readonly spool?: WaitingReports & Acceptance
  /** The routes of other programs' protocols; undefined where this process does not collect. */
  readonly dialects?: FastifyPluginAsync
  /** Uploads by hand; undefined where this process does not collect. */
  readonly uploads?: FastifyPluginAsync
  /** Pages and API; false for a process that collects only. */
  readonly api: boolean
  /** Built pages; undefined: a sentence says that they are not built. */
  readonly webRoot?: string
  /** Host names beside loopback's and plain addresses. */
  readonly allowedHosts?: readonly string[]
  readonly publicUrl?: string
  /** What symbols of no project may take; by default as much as sources/limits.ts says, and any number of uploaded ones. */
  readonly symbolLimits?: Partial<SymbolLimits>
  /** Fastify's `trustProxy`; off, addresses and protocol are those of the connection. */
  readonly trustProxy?: boolean | string
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** Called when there may be something to process. */
  readonly wake: () => void
  readonly now?: () => number
}

/** Names of files are part of an address; a path of Windows with its escapes stays below this. */
const maxParameterLength = 4096
/** A head must arrive within this time; bodies have limits of their own. */
const requestTimeoutMs = 15 * 60_000
const keepAliveTimeoutMs = 65_000
/** API bodies are small objects. */
const maxApiBodyBytes = 256 * 1024

export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxApiBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    trustProxy: options.trustProxy ?? false,
    routerOptions: { maxParamLength: maxParameterLength, ignoreTrailingSlash: false },
    ...(options.tls === undefined ? {} : { https: { cert: options.tls.cert, key: options.tls.key } }),
  })
  errorHandler(app)
  countRequests(app, options.metrics)
  logFailures(app)
  health(app, options.store, options.spool, options.metrics)
  if (options.dialects !== undefined) await app.register(options.dialects)
  if (options.symbols !== undefined) await app.register(options.symbols.plugin)
  if (options.symbolServer !== undefined) await app.register(options.symbolServer)
  if (options.api) {
    await app.register(api(options), { prefix: '/api/v1' })
    await app.register(async (scope) => {
      securityHeaders(scope, pagePolicy)
      checkHosts(scope, options)
      pages(scope, options.webRoot)
    })
  }
  return app
}

function api(options: AppOptions): FastifyPluginAsync {
  const { store, spool, wake } = options
  const now = options.now ?? Date.now
  return async (app) => {
    const cookie = new SessionCookie(store.ledger, now)
    app.addHook('onClose', () => cookie.close())
    await app.register(cookies)
    await app.register(swagger, openApi)
    securityHeaders(app, dataPolicy)
    checkHosts(app, options)
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    authenticate(app, store.ledger, cookie)
    await app.register(session(store, cookie, new LoginThrottle(now)))
    await app.register(reports(store, spool, wake))
    await app.register(reportSymbols(store))
    await app.register(groups(store))
    await app.register(counts(store, now))
    await app.register(symbols(store))
    await app.register(symbolsMissing(store, options.symbols?.staged))
    await app.register(
      symbolStorage(store, { cacheBytes: sourceLimits.maxCacheBytes, sharedBytes: null, sharedUnusedDays: null, ...options.symbolLimits }),
    )
    await app.register(symbolConflicts(store, wake))
    if (options.symbols !== undefined) {
      await app.register(symbolUpload(options.symbols))
      await app.register(debugSource(options.symbols))
    }
    await app.register(projects(store, ingestUrls(options.publicUrl)))
    await app.register(tokens(store))
    if (options.uploads !== undefined) await app.register(options.uploads)
    app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () => app.swagger())
  }
}

function checkHosts(app: FastifyInstance, { allowedHosts, publicUrl }: AppOptions): void {
  const publicHost = publicUrl === undefined ? [] : [new URL(publicUrl).hostname]
  const ours = hostCheck([...(allowedHosts ?? []), ...publicHost])
  app.addHook('onRequest', async (request) => {
    if (!ours(request.host)) throw new ApiProblem('unknown_host')
  })
}

/** One line for each answer that says we failed; everything else is in the metrics. */
function logFailures(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const facts = { method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }
    if (reply.statusCode >= 500) request.log.warn(facts, 'answered')
    else request.log.debug(facts, 'answered')
  })
}
