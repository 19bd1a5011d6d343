import { mkdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync } from 'fastify'
import { collectorMetrics } from './api/collector-metrics.ts'
import { createMetrics, type Metrics } from './api/metrics.ts'
import { uploads } from './api/uploads.ts'
import { type AppOptions, createApp } from './app.ts'
import { Connections } from './connections.ts'
import { openDialects } from './dialect/open-dialects.ts'
import { SourceMapFetcher } from './fetch/source-map-fetcher.ts'
import { createIntake, type Intake } from './intake/intake.ts'
import { createLogger } from './logger.ts'
import { processLimits } from './process/limits.ts'
import { Processor, type ProcessorOptions } from './process/processor.ts'
import type { Role, ServeOptions, Server } from './serve-options.ts'
import { fetchedConverter } from './sources/convert-fetched.ts'
import { SymbolFinder } from './sources/symbol-finder.ts'
import { Spool } from './spool/spool.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'
import { symbolServer } from './symbol-server/symbol-server.ts'
import { SymbolCleanUp } from './symbols-in/clean-up.ts'
import { openUploads, type SymbolUploads } from './symbols-in/open-uploads.ts'
import { removeTmpLeftovers } from './tmp-leftovers.ts'

/**
 * Connections that the system takes for us before we do. Node asks for 511: when a thousand programs die at once, the others are not answered,
 * and try again after a second. The system's own limit (4096 on Linux) holds, too.
 */
const maxWaitingConnections = 4096

/**
 * Starts what the role says on one data folder and one port. Prints nothing. What was opened is closed again when a later step fails.
 */
export async function serve(options: ServeOptions = {}): Promise<Server> {
  const role = options.role ?? 'all'
  const collects = role === 'all' || role === 'collector'
  const hasApi = role === 'all' || role === 'api'
  const data = resolve(options.data ?? 'crashkeep-data')
  const log = createLogger(options.logLevel)
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of opened.splice(0).reverse()) await step()
  }
  try {
    const tls = await readTls(options)
    await mkdir(join(data, 'tmp'), { recursive: true, mode: 0o700 })
    await removeTmpLeftovers(join(data, 'tmp'), Date.now())
    const store = await openStore({
      dataDir: data,
      ...(options.database === undefined ? {} : { databaseUrl: options.database }),
      ...(options.blobs === undefined ? {} : { blobsUrl: options.blobs }),
    })
    opened.push(() => store.close())
    const metrics = createMetrics(store)
    const fetcher = new SourceMapFetcher({ store, tmpFolder: join(data, 'tmp'), log, found: () => processor?.wake() })
    opened.push(() => fetcher.close())
    const finder = role === 'all' || role === 'processor' ? startFinder(options, store, data, log, () => processor?.wake()) : undefined
    if (finder !== undefined) opened.push(() => finder.close())
    const processor: Processor | undefined =
      role === 'all' || role === 'processor' ? startProcessor(options, store, data, log, metrics.processed, fetcher, finder) : undefined
    if (processor !== undefined) opened.push(() => processor.close())
    const symbols = openSymbols(options, store, data, () => processor?.wake())
    opened.push(() => symbols.close())
    const collector = collects ? await openCollector(options, store, data, log, metrics, symbols) : undefined
    if (collector !== undefined) opened.push(() => collector.close())
    if (hasApi) {
      const cleanUp = new SymbolCleanUp({ store, log, clock: Date.now, sharedUnusedDays: options.sharedSymbolsDays ?? null })
      opened.push(() => cleanUp.close())
    }
    const app = await createApp({
      store,
      metrics,
      logger: log,
      ...(hasApi ? { symbols, symbolServer: openSymbolServer(store, data) } : {}),
      api: hasApi,
      wake: () => processor?.wake(),
      symbolLimits: {
        ...(options.symbolCacheBytes === undefined ? {} : { cacheBytes: options.symbolCacheBytes }),
        sharedBytes: options.sharedSymbolsBytes ?? null,
        sharedUnusedDays: options.sharedSymbolsDays ?? null,
      },
      ...(collector === undefined ? {} : collector.routes),
      ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
      ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
      ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
      ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
      ...(tls === undefined ? {} : { tls }),
    })
    const connections = new Connections(app.server, { tls: tls !== undefined })
    opened.push(async () => {
      connections.end()
      await app.close()
    })
    await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 8080, backlog: maxWaitingConnections })
    collector?.start(() => processor?.wake())
    return await describe(app, options, store, data, { role, networkless: processor?.networkless, close })
  } catch (error) {
    await close()
    throw error
  }
}

async function readTls({ tlsCert, tlsKey }: ServeOptions): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) throw new Error('TLS needs both --tls-cert and --tls-key.')
  return { cert: await readFile(tlsCert), key: await readFile(tlsKey) }
}

function openSymbolServer(store: Store, data: string): FastifyPluginAsync {
  return symbolServer({ store, tmpFolder: join(data, 'tmp'), readable: [join(data, 'symbols')] })
}

function startFinder(
  { symbolCacheBytes }: ServeOptions,
  store: Store,
  data: string,
  log: FastifyBaseLogger,
  found: () => void,
): SymbolFinder {
  const tmpFolder = join(data, 'tmp')
  return new SymbolFinder({
    store,
    tmpFolder,
    log,
    found,
    converter: fetchedConverter(tmpFolder),
    ...(symbolCacheBytes === undefined ? {} : { maxCacheBytes: symbolCacheBytes }),
  })
}

function openSymbols(
  { publicUrl, sharedSymbolsBytes, sharedSymbolsDays }: ServeOptions,
  store: Store,
  data: string,
  reprocessed: () => void,
): SymbolUploads {
  const tmpFolder = join(data, 'tmp')
  const quota = sharedSymbolsBytes === undefined ? undefined : { bytes: sharedSymbolsBytes, files: null }
  const shared = { quota, unusedDays: sharedSymbolsDays ?? null }
  return openUploads({ shared, store, tmpFolder, readable: [join(data, 'symbols'), tmpFolder], reprocessed, publicUrl })
}

function startProcessor(
  options: ServeOptions,
  store: Store,
  data: string,
  log: FastifyBaseLogger,
  onOutcome: Metrics['processed'],
  fetcher: SourceMapFetcher,
  finder: SymbolFinder | undefined,
): Processor {
  const blobs = resolve(options.blobs ?? join(data, 'blobs'))
  return new Processor({
    store,
    readable: [blobs, join(data, 'symbols'), join(data, 'tmp')],
    tmpFolder: join(data, 'tmp'),
    log,
    onOutcome,
    onMissingMap: (wanted) => fetcher.want(wanted),
    ...(finder === undefined ? {} : { onMissingSymbols: (projectId, modules) => finder.want(projectId, modules) }),
    limits: limitsOf(options),
    ...(options.processes === undefined ? {} : { concurrency: options.processes }),
  })
}

/** The heap stays as far below the resident limit as it does by default. */
function limitsOf({ processMemoryBytes, processTimeMs }: ServeOptions): NonNullable<ProcessorOptions['limits']> {
  const { maxHeapMiB, maxResidentBytes } = processLimits
  return {
    ...(processTimeMs === undefined ? {} : { maxJobMs: processTimeMs }),
    ...(processMemoryBytes === undefined
      ? {}
      : {
          maxResidentBytes: processMemoryBytes,
          maxHeapMiB: Math.max(16, Math.floor((processMemoryBytes * maxHeapMiB) / maxResidentBytes)),
        }),
  }
}

interface Collector {
  /** What the app needs of it. */
  readonly routes: Pick<AppOptions, 'spool' | 'dialects' | 'uploads'>
  /** Begins to settle; `settled` is called after each report. */
  start(settled: () => void): void
  close(): Promise<void>
}

async function openCollector(
  options: ServeOptions,
  store: Store,
  data: string,
  log: FastifyBaseLogger,
  { registry }: Metrics,
  symbols: SymbolUploads,
): Promise<Collector> {
  const onProblem = (message: string, error: unknown) => log.error({ err: error }, message)
  const spoolFolder = join(data, 'spool')
  const spool = await Spool.open({ folder: spoolFolder, onProblem })
  const intake: Intake = createIntake({
    ledger: store.ledger,
    spool,
    countRejection: (rejection) => store.index.countRejection(rejection),
    countSessions: (rows) => store.index.countSessions(rows),
    countReceived: (projectId, fromMs, toMs) => store.index.countReceived(projectId, fromMs, toMs),
    onProblem,
    ...(options.maxUploadBytes === undefined ? {} : { limits: { uploadBytes: options.maxUploadBytes } }),
  })
  collectorMetrics(registry, intake, spool)
  const keyless =
    options.keylessProject === undefined ? undefined : { project: options.keylessProject, public: options.keylessPublic ?? false }
  const dialects = await openDialects({
    intake,
    spool,
    spoolFolder,
    store,
    keyless,
    webhookSecret: options.webhookSecret,
    symbols,
  })
  return {
    routes: {
      spool,
      dialects: dialects.plugin,
      uploads: uploads(store, intake),
    },
    start: (settled) => {
      spool.startSettling(async (report) => {
        await store.settle(report)
        settled()
      })
    },
    close: async () => {
      dialects.close()
      await intake.flush()
      await spool.close()
    },
  }
}

async function describe(
  app: FastifyInstance,
  options: ServeOptions,
  store: Store,
  data: string,
  parts: { readonly role: Role; readonly networkless: boolean | undefined; readonly close: () => Promise<void> },
): Promise<Server> {
  const { port } = addressOf(app)
  const url =
    options.publicUrl?.replace(/\/+$/, '') ?? `${options.tlsCert === undefined ? 'http' : 'https'}://${hostForUrl(options.host)}:${port}`
  const token = await readFile(join(data, 'admin-token'), 'utf8').catch(() => undefined)
  const showsPages = parts.role === 'all' || parts.role === 'api'
  return {
    ...parts,
    url,
    port,
    loginUrl: showsPages && token !== undefined ? `${url}/login#token=${token.trim()}` : undefined,
    ingestUrl: async (slug) => {
      const project = await store.ledger.projectBySlug(slug)
      const key = project?.keys.find(({ revokedAt }) => revokedAt === undefined)
      return key === undefined ? undefined : `${url}/i/${key.key}`
    },
  }
}

function addressOf(app: FastifyInstance): AddressInfo {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return address
}

/** An address that a person can open: "all interfaces" is none. */
function hostForUrl(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
