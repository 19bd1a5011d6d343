import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { ApiProblem } from '../../api/api-error.ts'
import { type Answer, ownerOfRequest, parameterOf } from '../protocol.ts'
import { receiveForm } from '../receive.ts'
import type { TakenSymbols, TakenUpload } from '../symbol-inbox.ts'
import { withUploadFolder } from '../upload-folder.ts'
import type { Progress } from './assembly.ts'
import { maxChunks, sha1Pattern } from './chunks.ts'
import { jsonOf, sentryAnswer } from './sentry-api.ts'

/** Files of one question. The client asks for all of an upload at once. */
const maxFiles = 5_000

const Announced = Type.Record(
  Type.String({ pattern: sha1Pattern }),
  Type.Object({
    name: Type.String({ maxLength: 4096 }),
    debug_id: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
    chunks: Type.Array(Type.String({ pattern: sha1Pattern }), { maxItems: maxChunks }),
  }),
)

/** `sentry-cli debug-files upload`: asked again and again until every file is done. */
export const answerAssembleFiles: Answer = sentryAnswer(async (exchange) => {
  const { reply, context } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project'))
  const body = await jsonOf(exchange)
  if (!Value.Check(Announced, body)) throw new ApiProblem('bad_request', 'The body does not name files by their SHA-1 with their pieces.')
  const files = Object.entries(body)
  if (files.length > maxFiles) throw new ApiProblem('too_large', `Ask for at most ${maxFiles} files at once.`)
  const answers = files.map(([checksum, { name, chunks }]) => {
    const progress = context.assemblies.progress(context, owner, { checksum, chunks, name })
    return [checksum, answerOf(progress, checksum, name)]
  })
  await reply.code(200).send(Object.fromEntries(answers))
})

/** Old clients send one zip in a form. */
export const answerZip: Answer = sentryAnswer(async (exchange) => {
  const { request, reply, context } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project'))
  const upload = await withUploadFolder(context.tmpFolder, async (folder) => {
    const [file] = (await receiveForm(request, folder)).files
    if (file === undefined) throw new ApiProblem('bad_request', 'The form holds no file.')
    return context.inbox.take({ owner, file, folder })
  })
  await reply.code(201).send(upload.taken.flatMap((file) => (file.kind === 'symbols' ? [debugFile(file, '')] : [])))
})

function answerOf(progress: Progress, checksum: string, name: string): object {
  switch (progress.state) {
    case 'not_found':
      return { state: 'not_found', missingChunks: progress.missingChunks }
    case 'assembling':
      return { state: 'assembling', missingChunks: [] }
    case 'error':
      return { state: 'error', missingChunks: [], detail: progress.detail }
    case 'ok':
      return { state: 'ok', missingChunks: [], detail: detailOf(progress.upload), dif: debugFileOf(progress.upload, checksum, name) }
  }
}

function detailOf({ refused }: TakenUpload): string | null {
  return refused[0]?.message ?? null
}

function debugFileOf({ taken }: TakenUpload, checksum: string, name: string): object {
  const symbols = taken.find((file) => file.kind === 'symbols')
  return symbols === undefined ? { ...nothing, objectName: name, sha1: checksum } : debugFile(symbols, checksum)
}

const nothing = { id: '0', uuid: null, debugId: null, codeId: null, cpuName: 'any', symbolType: 'unknown', size: 0, headers: {}, data: {} }

function debugFile(file: TakenSymbols, sha1: string): object {
  const { debugFile: objectName, debugId, codeId, cpu, sha256, size, format } = file
  const id = sentryId(debugId)
  return {
    ...{ id: sha256.slice(0, 16), uuid: id, debugId: id, codeId: codeId ?? null, cpuName: cpu, objectName, size, sha1 },
    symbolType: format === 'symbols' ? 'breakpad' : format,
    headers: { 'Content-Type': 'application/octet-stream' },
    dateCreated: new Date().toISOString(),
    data: { type: 'dbg', features: ['symtab', 'debug', 'unwind'] },
  }
}

/** A UUID, and the age behind it unless it is 0. */
function sentryId(debugId: string): string {
  const digits = debugId.toLowerCase()
  const age = digits.slice(32).replace(/^0+/, '')
  const uuid = digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  return age === '' ? uuid : `${uuid}-${age}`
}
