/** Mozilla's symbol server: one zip in a form, the token in `Auth-Token`. Source: Tecken's documentation, "Upload: By HTTP POST". */
import type { FastifyReply } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { AnsweredProblem } from '../api/error-handler.ts'
import { type Answer, answering, ownerOfRequest, queryOf } from './protocol.ts'
import { receiveForm } from './receive.ts'
import { secretOf, uploaderOf } from './symbol-owner.ts'
import { withUploadFolder } from './upload-folder.ts'

export const answerTeckenUpload: Answer = answering(refuse, async (exchange) => {
  const { request, reply, context } = exchange
  const owner = await ownerOfRequest(exchange, queryOf(exchange).get('project') ?? undefined)
  const [name, size, upload] = await withUploadFolder(context.tmpFolder, async (folder) => {
    const { fields, files } = await receiveForm(request, folder)
    if (fields.has('url'))
      throw new ApiProblem('bad_request', 'This server fetches nothing from an address that it is sent; upload the zip itself.')
    const [file, more] = files
    if (file === undefined || more !== undefined) throw new ApiProblem('bad_request', 'Send a form with one file, the zip of symbols.')
    return [file.name, file.size, await context.inbox.take({ owner, file, folder })] as const
  })
  const now = new Date().toISOString()
  const skipped = upload.taken.filter(({ outcome }) => outcome === 'present').map(keyOf)
  await reply.code(201).send({
    upload: {
      id: 0,
      size,
      filename: name,
      bucket: owner.scope,
      region: null,
      download_url: null,
      try_symbols: false,
      redirect_urls: [],
      created_at: now,
      completed_at: now,
      user: owner.by,
      skipped_keys: skipped,
      ignored_keys: upload.refused.map((file) => file.name),
      // Beyond Tecken's own answer: what was wrong with the ignored ones, and what became of the others.
      problems: upload.refused,
      files: upload.taken.map((file) => ({ key: keyOf(file), outcome: file.outcome })),
      reprocessing: upload.reprocessing,
    },
  })
})

/** Asked by newer clients before they upload; only the old way is spoken here. */
export const answerTeckenAuthInfo: Answer = answering(refuse, async ({ request, reply, context }) => {
  const caller = await uploaderOf(context.store.ledger, secretOf(request))
  await reply
    .code(200)
    .send({ email: '', user_id: 0, name: caller.name, try_symbols: false, token_expires_at: null, upload_api_version: 'v1' })
})

function keyOf(
  file:
    | { readonly kind: 'symbols'; readonly debugFile: string; readonly debugId: string }
    | { readonly kind: 'source-map'; readonly script: string },
): string {
  return file.kind === 'symbols' ? `${file.debugFile}/${file.debugId}/${file.debugFile.replace(/\.pdb$/i, '')}.sym` : file.script
}

function refuse(_: FastifyReply, { code, message }: AnsweredProblem): object {
  return { error: message, code }
}
