/** A collector as small as tests need it: the dialects, a real intake, a real spool in a temporary folder, and a ledger of two projects. */
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import { defaultSettings } from '../api/project-settings.ts'
import { createIntake, type Intake } from '../intake/intake.ts'
import type { IntakeLimits } from '../intake/limits.ts'
import type { KeyLedger } from '../intake/project-keys.ts'
import type { SpoolLimits } from '../spool/limits.ts'
import { Spool } from '../spool/spool.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { NewRejection, SessionRow } from '../store/database/report-index.ts'
import { AttachmentCounts } from './attach.ts'
import { StagedUploads, stagedFolder } from './bugsplat/staged-uploads.ts'
import type { KeylessOptions } from './keyless.ts'
import { registerDialects } from './register-dialects.ts'
import type { KnownReport, ReportLookup } from './report-lookup.ts'
import type { SymbolWebhook } from './symbol-webhook.ts'

export const testKey = '00112233445566778899aabbccddeeff'

export const testProject: LedgerProject = {
  id: 1,
  slug: 'default',
  name: 'Default',
  createdAt: 0,
  keys: [{ key: testKey, label: '', createdAt: 0, revokedAt: undefined }],
  settings: defaultSettings,
  hashKey: '0f'.repeat(32),
}

export const testLedger: KeyLedger = {
  projects: async () => [testProject],
  projectByKey: async (key) => (key === testKey ? testProject : undefined),
  projectBySlug: async (slug) => (slug === testProject.slug ? testProject : undefined),
}

export interface CollectorOptions {
  readonly limits?: Partial<IntakeLimits>
  readonly spoolLimits?: Partial<SpoolLimits>
  readonly keyless?: KeylessOptions
  readonly ledger?: KeyLedger
  readonly webhook?: SymbolWebhook
  readonly publicUrl?: string
  /** What the store answers about reports that the spool does not have. */
  readonly settledReports?: ReadonlyMap<string, KnownReport | 'unavailable'>
}

export interface TestCollector {
  readonly app: FastifyInstance
  readonly intake: Intake
  readonly spool: Spool
  readonly folder: string
  readonly port: number
  readonly rejections: NewRejection[]
  /** What was counted, without days. */
  sessions(): Promise<Omit<SessionRow, 'day' | 'projectId'>[]>
  /** The report behind an id that was just answered. */
  report(id: string): Promise<SpoolReport>
  close(): Promise<void>
}

export async function startCollector(options: CollectorOptions = {}): Promise<TestCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'crashkeep-collector-'))
  const spool = await Spool.open({ folder: join(folder, 'spool'), ...(options.spoolLimits ? { limits: options.spoolLimits } : {}) })
  const rejections: NewRejection[] = []
  const sessions: SessionRow[] = []
  const intake = createIntake({
    ledger: options.ledger ?? testLedger,
    spool,
    countRejection: async (rejection) => {
      rejections.push(rejection)
    },
    countSessions: async (rows) => {
      sessions.push(...rows)
    },
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const app = Fastify()
  const reports: ReportLookup = {
    find: async (id) => {
      const report = await spool.pending(id)
      return report === undefined
        ? (options.settledReports?.get(id) ?? 'unknown')
        : { id: report.id, projectId: report.projectId, receivedAt: report.submission.receivedAt, addedFiles: 0 }
    },
  }
  const staged = new StagedUploads(stagedFolder(join(folder, 'spool')), intake)
  await app.register(registerDialects, {
    intake,
    keyless: options.keyless,
    reports,
    attachments: new AttachmentCounts(),
    staged,
    publicUrl: options.publicUrl,
    webhook: options.webhook,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    intake,
    spool,
    folder,
    port: portOf(app),
    rejections,
    sessions: async () => {
      await intake.flush()
      return sessions.map(({ day: _, projectId: __, ...counts }) => counts)
    },
    report: async (id) => {
      const report = await spool.pending(id)
      if (report === undefined) throw new Error(`no pending report ${id}`)
      return report
    },
    close: async () => {
      await app.close()
      staged.close()
      await spool.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function portOf(app: FastifyInstance): number {
  const address: AddressInfo | string | null = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

export interface PostOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** With a length when it is bytes, chunked when it is a list. */
  readonly body?: Buffer | readonly Buffer[] | Readable
}

export function send(port: number, path: string, options: PostOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'POST', headers: options.headers ?? {} },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') })
          outgoing.socket?.destroy()
        })
      },
    )
    outgoing.on('error', reject)
    const { body } = options
    if (body === undefined) outgoing.end()
    else if (Buffer.isBuffer(body)) outgoing.end(body)
    else (body instanceof Readable ? body : Readable.from(body)).pipe(outgoing)
  })
}
