/**
 * BugSplat's `symbol-upload`, with `BUGSPLAT_HOST` set to this server: log in, ask for an address, put the file there, say that it is complete. The
 * database is the slug of a project (or `_shared`), the password or client secret a token. Source: @bugsplat/symbol-upload and
 * @bugsplat/js-api-client.
 */
import type { FastifyReply } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { AnsweredProblem } from '../api/error-handler.ts'
import { type Answer, answering, baseUrl, type Exchange, ownerOfRequest, parameterOf, queryOf } from './protocol.ts'
import { receiveBody, receiveForm } from './receive.ts'
import { ownerOf, type SymbolOwner, secretOf, uploaderOf } from './symbol-owner.ts'
import { withUploadFolder } from './upload-folder.ts'

/** As long as an hour's staged files live; the client asks again for each file. */
const tokenLifetimeSeconds = 3600

/**
 * The client tries ten times whatever it is told, with growing waits, except for a status of 401 and for these words. An answer of another status
 * loses its sentence.
 */
const finalWords = 'Symbol file max size'

function refuse(reply: FastifyReply, { statusCode, code, message }: AnsweredProblem): object {
  const noRights = statusCode === 401 || statusCode === 403 || statusCode === 404
  if (noRights) reply.code(401)
  else if (statusCode < 500) reply.code(200)
  const sentence = statusCode === 413 ? `${finalWords}: ${message}` : message
  return { Status: 'Failed', Error: sentence, status: 'fail', error: code, message }
}

/** OAuth's client credentials: the id may be anything, the secret is a token of ours and the access token at the same time. */
export const answerAuthorize: Answer = answering(
  (reply, { message }) => {
    reply.code(400)
    return { error: 'invalid_client', error_description: message }
  },
  async ({ request, reply, context }) => {
    const secret = await withUploadFolder(context.tmpFolder, async (folder) =>
      (await receiveForm(request, folder)).fields.get('client_secret'),
    )
    await uploaderOf(context.store.ledger, secret)
    await reply.code(200).send({ access_token: secret, token_type: 'Bearer', expires_in: tokenLifetimeSeconds, scope: 'symbols' })
  },
)

/** Name and password: any name, and a token. The client sends back what it finds in the cookie `xsrf-token` as a header of that name. */
export const answerAuthenticate: Answer = answering(refuse, async ({ request, reply, context }) => {
  const secret = await withUploadFolder(context.tmpFolder, async (folder) => (await receiveForm(request, folder)).fields.get('password'))
  await uploaderOf(context.store.ledger, secret)
  await reply.code(200).header('set-cookie', `xsrf-token=${secret}; Path=/symsrv; HttpOnly; SameSite=Strict`).send({ status: 'success' })
})

/** `/symsrv/uploadUrl` for modules, `/api/v2/versions` for files without an id: the latter are complete when they are there. */
export const answerUploadUrl: Answer = answering(refuse, async (exchange) => {
  const { reply } = exchange
  const { owner, fields } = await ownedForm(exchange)
  const name = fields.get('symFileName') ?? ''
  const ticket = ticketOf({
    owner,
    name,
    version: fields.get('appVersion') ?? '',
    debugFile: fields.get('moduleName') ?? '',
    debugId: fields.get('dbgId') ?? '',
  })
  const whole = exchange.request.routeOptions.url === '/api/v2/versions'
  const { tickets, tmpFolder } = exchange.context
  const issued = { owner, name, release: fields.get('appVersion') ?? '', key: ticket, whole }
  const token = await withUploadFolder(tmpFolder, (folder) => tickets.issue(issued, folder))
  await reply.code(200).send({ Status: 'Success', url: `${baseUrl(exchange)}/symsrv/file/${token}` })
})

/** The address is good for one file, once. */
export const answerPutFile: Answer = answering(
  (_, { code, message }) => ({ code, message }),
  async (exchange) => {
    const { request, reply, context } = exchange
    await withUploadFolder(context.tmpFolder, async (folder) => {
      const ticket = await context.tickets.take(parameterOf(exchange, 'token'), folder)
      if (ticket === undefined) throw new ApiProblem('not_found', 'This address was used, or is too old; ask for another one.')
      // The file may be called gzip in the header and be gzip twice, or not at all: the content tells.
      const file = await receiveBody(request, folder, ticket.name)
      if (ticket.whole) await context.inbox.take({ owner: ticket.owner, file, folder, release: ticket.release })
      else await context.staged.put(ticket.key, file)
    })
    await reply.code(200).header('etag', '"0"').send()
  },
)

export const answerComplete: Answer = answering(refuse, async (exchange) => {
  const { reply, context } = exchange
  const { owner, fields } = await ownedForm(exchange)
  const name = fields.get('symFileName') ?? ''
  const debugFile = fields.get('moduleName') ?? ''
  const key = ticketOf({ owner, name, version: fields.get('appVersion') ?? '', debugFile, debugId: fields.get('dbgId') ?? '' })
  const { reprocessing, note }: Told = await withUploadFolder(context.tmpFolder, async (folder) => {
    const file = await context.staged.take(key, folder.newPath(), name)
    if (file === undefined) throw new ApiProblem('not_found', 'Nothing was put at the address of this file.')
    // Its own module names lose endings that ours keep, so only the file itself says what it is for.
    return context.inbox.take({ owner, file, folder, release: fields.get('appVersion') }).catch(acceptStripped)
  })
  await reply.code(200).send({ Status: 'Success', reprocessing, note })
})

interface Told {
  readonly reprocessing: number
  readonly note?: string
}

/** Builds send each program beside its symbols; a stripped one is no failure of theirs, and would be sent ten times. */
function acceptStripped(error: unknown): Told {
  if (!(error instanceof ApiProblem) || error.code !== 'no_functions') throw error
  return { reprocessing: 0, note: error.message }
}

/** `--remove`: symbols belong to modules here, and to no version of a program. */
export const answerRemove: Answer = answering(refuse, async (exchange) => {
  await ownerOfRequest(exchange, queryOf(exchange).get('database') ?? undefined)
  throw new ApiProblem('bad_request', 'Symbols are not removed by version here: unused ones go by themselves, if the project says so.')
})

async function ownedForm(exchange: Exchange): Promise<{ owner: SymbolOwner; fields: ReadonlyMap<string, string> }> {
  const { request, context } = exchange
  const caller = await uploaderOf(context.store.ledger, secretOfClient(exchange))
  const { fields } = await withUploadFolder(context.tmpFolder, (folder) => receiveForm(request, folder))
  return { owner: await ownerOf(context.store.ledger, caller, fields.get('database'), context.shared.quota), fields }
}

function secretOfClient({ request }: Exchange): string | undefined {
  const header = request.headers['xsrf-token']
  return typeof header === 'string' ? header : secretOf(request)
}

function ticketOf(file: { owner: SymbolOwner; name: string; version: string; debugFile: string; debugId: string }): string {
  const { owner, name, version, debugFile, debugId } = file
  return ['bugsplat', owner.tokenId, owner.scope, version, debugFile, debugId, name].join('\n')
}
