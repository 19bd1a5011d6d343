import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { createMetrics, type Metrics } from '../src/api/metrics.ts'
import type { ReportDetail, Scope } from '../src/api/schema.ts'
import { uploads } from '../src/api/uploads.ts'
import { type AppOptions, createApp } from '../src/app.ts'
import { openDialects } from '../src/dialect/open-dialects.ts'
import { createIntake } from '../src/intake/intake.ts'
import { Processor, type ProcessorOptions } from '../src/process/processor.ts'
import { fetchedConverter } from '../src/sources/convert-fetched.ts'
import { type FinderOptions, SymbolFinder } from '../src/sources/symbol-finder.ts'
import { Spool } from '../src/spool/spool.ts'
import { openStore } from '../src/store/open-store.ts'
import type { Store } from '../src/store/store.ts'
import { openUploads } from '../src/symbols-in/open-uploads.ts'

/** Everything of a server but the port, on a data folder of its own; for tests. */
export interface TestServer {
  readonly app: FastifyInstance
  readonly store: Store
  readonly spool: Spool
  readonly folder: string
  readonly metrics: Metrics
  readonly finder: SymbolFinder | undefined
  /** Of the administrator. */
  readonly token: string
  /** A key of the project `default`. */
  readonly key: string
  tokenWith(scopes: readonly Scope[], projects?: readonly number[]): Promise<string>
  /** As the administrator, unless `token` says otherwise (null: nobody). */
  ask(request: InjectOptions, token?: string | null): Promise<LightMyRequestResponse>
  /** Uploads a dump as Crashpad does; resolves with its id when the report is in the store. */
  upload(dump: Uint8Array, fields?: Readonly<Record<string, string>>): Promise<string>
  report(id: string): Promise<ReportDetail>
  /** The report once it was processed or failed. */
  finished(id: string): Promise<ReportDetail>
  close(): Promise<void>
}

export interface TestServerOptions {
  /** Starts a processor; without it reports stay as they came. */
  readonly processes?: boolean
  readonly settles?: boolean
  readonly limits?: ProcessorOptions['limits']
  /** Project of the addresses without a key. */
  readonly keyless?: string
  readonly webhookSecret?: string
  /** How sources of symbols are asked; without it they are not. */
  readonly sources?: NonNullable<FinderOptions['download']>
  readonly app?: Partial<AppOptions>
}

/** How often a state is looked at; tests have their own bound. */
const lookMs = 20

export async function testServer({
  processes = false,
  settles = true,
  limits,
  keyless,
  webhookSecret,
  sources,
  app: overrides = {},
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'crashkeep-server-'))
  const store = await openStore({ dataDir: folder })
  const spool = await Spool.open({ folder: join(folder, 'spool') })
  const intake = createIntake({ ledger: store.ledger, spool, countRejection: (rejection) => store.index.countRejection(rejection) })
  const log = pino({ level: 'silent' })
  const tmpFolder = join(folder, 'tmp')
  const finder =
    sources === undefined
      ? undefined
      : new SymbolFinder({
          store,
          tmpFolder,
          log,
          found: () => processor?.wake(),
          converter: fetchedConverter(tmpFolder),
          download: sources,
        })
  const processor: Processor | undefined = processes
    ? new Processor({
        store,
        readable: [join(folder, 'blobs'), join(folder, 'symbols'), join(folder, 'tmp')],
        tmpFolder: join(folder, 'tmp'),
        log,
        ...(limits === undefined ? {} : { limits }),
        ...(finder === undefined ? {} : { onMissingSymbols: (projectId, modules) => finder.want(projectId, modules) }),
      })
    : undefined
  const metrics = createMetrics(store)
  const symbols = openUploads({
    store,
    tmpFolder,
    readable: [join(folder, 'symbols'), tmpFolder],
    reprocessed: () => processor?.wake(),
  })
  const dialects = await openDialects({
    intake,
    spool,
    spoolFolder: join(folder, 'spool'),
    store,
    keyless: keyless === undefined ? undefined : { project: keyless, public: false },
    webhookSecret,
    symbols,
  })
  const app = await createApp({
    store,
    metrics,
    logger: log,
    symbols,
    spool,
    dialects: dialects.plugin,
    uploads: uploads(store, intake),
    api: true,
    wake: () => processor?.wake(),
    ...overrides,
  })
  await app.ready()
  const settle = async (report: Parameters<Store['settle']>[0]) => {
    await store.settle(report)
    processor?.wake()
  }
  if (settles) spool.startSettling(settle)
  const token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim()
  const key = (await store.ledger.projectBySlug('default'))?.keys[0]?.key ?? ''
  const ask: TestServer['ask'] = (request, as = token) =>
    app.inject({
      ...request,
      headers: { host: 'localhost', ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...request.headers },
    })
  return {
    app,
    store,
    spool,
    folder,
    metrics,
    finder,
    token,
    key,
    ask,
    async tokenWith(scopes, projects) {
      return (await store.ledger.createToken({ name: scopes.join(' '), scopes, projects, expiresAt: undefined })).secret
    },
    async upload(dump, fields = {}) {
      const form = formOf(dump, fields)
      const answer = await app.inject({ method: 'POST', url: `/i/${key}`, headers: form.headers, payload: form.body })
      if (settles) await spool.drained()
      return answer.body
    },
    report: async (id) => (await ask({ url: `/api/v1/reports/${id}` })).json<ReportDetail>(),
    async finished(id) {
      for (;;) {
        const report = (await ask({ url: `/api/v1/reports/${id}` })).json<ReportDetail>()
        if (report.state === 'processed' || report.state === 'failed') return report
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
    },
    async close() {
      await app.close()
      dialects.close()
      await symbols.close()
      await processor?.close()
      await finder?.close()
      await spool.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function formOf(dump: Uint8Array, fields: Readonly<Record<string, string>>): { headers: Record<string, string>; body: Readable } {
  const boundary = 'crashkeep-test'
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `${parts.join('')}--${boundary}\r\nContent-Disposition: form-data; name="upload_file_minidump"; filename="a.dmp"\r\n\r\n`
  const body = Buffer.concat([Buffer.from(head), dump, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(body.length) },
    body: Readable.from([body]),
  }
}
