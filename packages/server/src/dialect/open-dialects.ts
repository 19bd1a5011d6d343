/** Puts together what the dialects need of the rest of the server. */
import type { FastifyPluginAsync } from 'fastify'
import type { Intake } from '../intake/intake.ts'
import { requeue } from '../process/requeue.ts'
import type { Spool } from '../spool/spool.ts'
import { StoreError } from '../store/errors.ts'
import type { Store } from '../store/store.ts'
import { AttachmentCounts } from './attach.ts'
import { StagedUploads } from './bugsplat/staged-uploads.ts'
import type { KeylessOptions } from './keyless.ts'
import { registerDialects } from './register-dialects.ts'
import { reportLookup } from './report-lookup.ts'
import { type SymbolWebhook, symbolWebhook } from './symbol-webhook.ts'

export interface DialectOptions {
  readonly intake: Intake
  readonly spool: Spool
  readonly store: Store
  readonly keyless: KeylessOptions | undefined
  /** Of `/webhook`; without it that address does not exist. */
  readonly webhookSecret: string | undefined
  readonly tmpFolder: string
  /** Called when reports wait to be processed again. */
  readonly reprocessed: () => void
}

export function openDialects(options: DialectOptions): { readonly plugin: FastifyPluginAsync; close(): Promise<void> } {
  const { intake, keyless, store, spool } = options
  const staged = new StagedUploads()
  const context = {
    intake,
    keyless,
    reports: reportLookup(store, spool),
    attachments: new AttachmentCounts(),
    staged,
    webhook: webhookOf(options),
  }
  return { plugin: async (app) => registerDialects(app, context), close: () => staged.close() }
}

function webhookOf({ webhookSecret, store, tmpFolder, reprocessed }: DialectOptions): SymbolWebhook | undefined {
  if (webhookSecret === undefined) return undefined
  return symbolWebhook({
    secret: webhookSecret,
    tmpFolder,
    async addSymbols(project, file) {
      try {
        const added = await store.symbols.add({ scope: `project:${project.id}`, ...file, by: 'webhook' })
        const lacking = added.outcome === 'conflict' ? [] : await store.index.reportsLacking(added, project.id)
        await requeue(store, lacking)
        if (lacking.length > 0) reprocessed()
        return `${added.debugFile}/${added.debugId}: ${added.outcome}`
      } catch (error) {
        if (error instanceof StoreError && error.code === 'bad_symbol_file') return undefined
        throw error
      }
    },
  })
}
