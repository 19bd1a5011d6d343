/** Puts together what the dialects need of the rest of the server. */
import type { FastifyPluginAsync } from 'fastify'
import { makeFolder } from '../durable/durable-files.ts'
import type { Intake } from '../intake/intake.ts'
import type { Spool } from '../spool/spool.ts'
import type { Store } from '../store/store.ts'
import type { UploadContext } from '../symbols-in/protocol.ts'
import { projectOwner } from '../symbols-in/symbol-owner.ts'
import { AttachmentCounts } from './attach.ts'
import { StagedUploads, stagedFolder } from './bugsplat/staged-uploads.ts'
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
  readonly symbols: Pick<UploadContext, 'inbox' | 'tmpFolder' | 'publicUrl'>
  readonly spoolFolder: string
}

export async function openDialects(options: DialectOptions): Promise<{ readonly plugin: FastifyPluginAsync; close(): void }> {
  const { intake, keyless, store, spool, spoolFolder } = options
  await makeFolder(stagedFolder(spoolFolder))
  const staged = new StagedUploads(stagedFolder(spoolFolder), intake)
  const context = {
    intake,
    keyless,
    reports: reportLookup(store, spool),
    attachments: new AttachmentCounts(),
    staged,
    publicUrl: options.symbols.publicUrl,
    webhook: webhookOf(options),
  }
  return { plugin: async (app) => registerDialects(app, context), close: () => staged.close() }
}

function webhookOf({ webhookSecret, symbols }: DialectOptions): SymbolWebhook | undefined {
  if (webhookSecret === undefined) return undefined
  return symbolWebhook({
    secret: webhookSecret,
    tmpFolder: symbols.tmpFolder,
    async take(project, file, folder) {
      const { taken } = await symbols.inbox.take({ owner: projectOwner(project, { by: 'webhook', tokenId: 'webhook' }), file, folder })
      return taken.map((each) => `${each.kind === 'symbols' ? `${each.debugFile}/${each.debugId}` : each.script}: ${each.outcome}`)
    },
  })
}
