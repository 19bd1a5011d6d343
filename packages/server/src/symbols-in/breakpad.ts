/**
 * Breakpad's `sym_upload` and Chromium's, both protocols. Neither has a header for a secret: it stands in the address, as `?key=TOKEN` or before the
 * host. Source: Breakpad's src/common/linux/symbol_upload.cc and symbol_collector_client.cc.
 */
import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { AnsweredProblem } from '../api/error-handler.ts'
import { type Answer, answering, baseUrl, type Exchange, ownerOfRequest, parameterOf } from './protocol.ts'
import { receiveBody, receiveForm, receiveText } from './receive.ts'
import type { TakenUpload } from './symbol-inbox.ts'
import type { SymbolOwner } from './symbol-owner.ts'
import { withUploadFolder } from './upload-folder.ts'

/** `-p sym-upload-v1`, and what BugSplat's documentation has it post to: a form with the file in `symbol_file`. */
export const answerFormUpload: Answer = answering(refuseAsText, async (exchange) => {
  const { request, reply, context } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project') || undefined)
  const upload = await withUploadFolder(context.tmpFolder, async (folder) => {
    const { fields, files } = await receiveForm(request, folder)
    const file = files.find(({ field }) => field === 'symbol_file') ?? files[0]
    if (file === undefined) throw new ApiProblem('bad_request', 'The form has no file symbol_file.')
    const said = { debugFile: fields.get('debug_file'), debugId: fields.get('debug_identifier') }
    return context.inbox.take({ owner, file, folder, said })
  })
  await reply
    .code(200)
    .type('text/plain')
    .send(`${describe(upload)}\n`)
})

/** `…/v1/symbols/FILE/ID:checkStatus` */
export const answerCheckStatus: Answer = answering(refuseAsJson, async (exchange) => {
  const { context, reply } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project'))
  const match = /^symbols\/(.+)\/([0-9a-fA-F-]+):checkStatus$/.exec(parameterOf(exchange, '*'))
  if (match === null) throw new ApiProblem('not_found')
  const [, debugFile = '', debugId = ''] = match
  const module = { debugFile, debugId: debugId.replaceAll('-', '') }
  const held = await context.store.symbols.held(owner.scope, module)
  await send(reply, { status: held === undefined ? 'MISSING' : 'FOUND' })
})

/** `…/v1/uploads:create` and `…/v1/uploads/KEY:complete` */
export const answerUploads: Answer = answering(refuseAsJson, async (exchange) => {
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project'))
  const action = parameterOf(exchange, '*')
  if (action === 'uploads:create') return create(exchange)
  const key = /^uploads\/([0-9a-f]{48}):complete$/.exec(action)?.[1]
  if (key === undefined) throw new ApiProblem('not_found')
  return complete(exchange, owner, key)
})

async function create(exchange: Exchange): Promise<void> {
  const uploadKey = randomBytes(24).toString('hex')
  await send(exchange.reply, {
    uploadUrl: `${baseUrl(exchange)}/sym-upload/${parameterOf(exchange, 'project')}/file/${uploadKey}${keyOf(exchange)}`,
    uploadKey,
  })
}

/** The address that was handed out carries the token, as all others do. */
export const answerPut: Answer = answering(refuseAsText, async (exchange) => {
  const { request, reply, context } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project'))
  const key = parameterOf(exchange, 'upload')
  if (!/^[0-9a-f]{48}$/.test(key)) throw new ApiProblem('not_found', 'There is no such upload.')
  await withUploadFolder(context.tmpFolder, async (folder) => {
    await context.staged.put(stagedKey(owner, key), await receiveBody(request, folder))
  })
  await reply.code(200).send()
})

async function complete({ request, reply, context }: Exchange, owner: SymbolOwner, key: string): Promise<void> {
  const said = readSymbolId(await receiveText(request))
  const upload = await withUploadFolder(context.tmpFolder, async (folder) => {
    const file = await context.staged.take(stagedKey(owner, key), folder.newPath(), said.debugFile ?? '')
    if (file === undefined) throw new ApiProblem('not_found', 'Nothing was put at the address of this upload; create a new one.')
    // A debug file tells its own ids: those that the sender gives are of the code file.
    return context.inbox.take({ owner, file, folder, ...(said.type === 'BREAKPAD' ? { said } : {}) })
  })
  const fresh = upload.taken.some(({ outcome }) => outcome !== 'present')
  if (upload.taken.every(({ outcome }) => outcome === 'conflict'))
    throw new ApiProblem('conflict', 'A different file is held for this id. The new one was kept aside and is shown on the page Symbols.')
  await send(reply, { result: fresh ? 'OK' : 'DUPLICATE_DATA' })
}

/** The client writes an object without quotation marks round its names, which is no JSON. */
function readSymbolId(text: string): { debugFile: string | undefined; debugId: string | undefined; type: string | undefined } {
  const value = (name: string) => new RegExp(`"?${name}"?\\s*:\\s*"([^"]{0,1024})"`).exec(text)?.[1]
  return { debugFile: value('debug_file'), debugId: value('debug_id'), type: value('symbol_upload_type') }
}

function stagedKey(owner: SymbolOwner, key: string): string {
  return `put ${owner.tokenId} ${owner.scope} ${key}`
}

function keyOf({ request }: Exchange): string {
  const key = new URLSearchParams((request.raw.url ?? '').split('?')[1] ?? '').get('key')
  return key === null ? '' : `?key=${encodeURIComponent(key)}`
}

/** The client looks for `"name": "value"` with a regular expression: the blank matters. */
async function send(reply: FastifyReply, body: Record<string, string>): Promise<void> {
  await reply
    .code(200)
    .type('application/json')
    .send(`${JSON.stringify(body, undefined, 1)}\n`)
}

function refuseAsText(reply: FastifyReply, { code, message }: AnsweredProblem): string {
  reply.type('text/plain')
  return `${code}: ${message}\n`
}

function refuseAsJson(_: FastifyReply, { statusCode, code, message }: AnsweredProblem): object {
  return { error: { code: statusCode, status: code, message } }
}

function describe({ taken, refused, reprocessing }: TakenUpload): string {
  const lines = taken.map((file) =>
    file.kind === 'symbols' ? `${file.debugFile} ${file.debugId}: ${file.outcome}` : `${file.script}: ${file.outcome}`,
  )
  const bad = refused.map(({ name, code, message }) => `${name}: ${code}: ${message}`)
  return [...lines, ...bad, `${reprocessing} reports are processed again`].join('\n')
}
