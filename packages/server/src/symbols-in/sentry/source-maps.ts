import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { ApiProblem } from '../../api/api-error.ts'
import { scriptOfUrl } from '../bundle-manifest.ts'
import { type Answer, ownerOfRequest, parameterOf } from '../protocol.ts'
import { receiveForm } from '../receive.ts'
import { withUploadFolder } from '../upload-folder.ts'
import { maxChunks, sha1Pattern } from './chunks.ts'
import { jsonOf, sentryAnswer } from './sentry-api.ts'

const Bundle = Type.Object({
  checksum: Type.String({ pattern: sha1Pattern }),
  chunks: Type.Array(Type.String({ pattern: sha1Pattern }), { maxItems: maxChunks }),
  projects: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
  version: Type.Optional(Type.Union([Type.String({ maxLength: 1024 }), Type.Null()])),
})

/** `sentry-cli sourcemaps upload`: a zip of scripts and their maps, and a manifest that says which is whose. */
export const answerAssembleBundle: Answer = sentryAnswer(async (exchange) => {
  const { reply, context } = exchange
  const body = await jsonOf(exchange)
  if (!Value.Check(Bundle, body)) throw new ApiProblem('bad_request', 'The body does not name a file by its SHA-1 with its pieces.')
  const { checksum, chunks, projects = [] } = body
  if (projects.length > 1) throw new ApiProblem('bad_request', 'Upload to one project at a time; each keeps its own source maps.')
  const owner = await ownerOfRequest(exchange, projects[0])
  const version = parameterOf(exchange, 'version') || body.version
  const release = version == null || version === '' ? undefined : version
  const progress = context.assemblies.progress(context, owner, { checksum, chunks, name: 'bundle.zip', release })
  await reply.code(200).send({
    state: progress.state,
    missingChunks: progress.state === 'not_found' ? progress.missingChunks : [],
    detail: progress.state === 'error' ? progress.detail : null,
  })
})

/** Very old clients send each file of a release by itself; scripts are thanked for and thrown away. */
export const answerReleaseFile: Answer = sentryAnswer(async (exchange) => {
  const { request, reply, context } = exchange
  const owner = await ownerOfRequest(exchange, parameterOf(exchange, 'project') || undefined)
  const stored = await withUploadFolder(context.tmpFolder, async (folder) => {
    const { fields, files } = await receiveForm(request, folder)
    const [file] = files
    if (file === undefined) throw new ApiProblem('bad_request', 'The form holds no file.')
    const name = fields.get('name') ?? file.name
    if (/\.map$/i.test(name)) {
      const script = scriptOfUrl(name)
      await context.inbox.take({ owner, file: { ...file, name: script }, folder, release: parameterOf(exchange, 'version'), script })
    }
    return { name, size: file.size }
  })
  await reply.code(201).send(releaseFile(stored))
})

function releaseFile({ name, size }: { readonly name: string; readonly size: number }): object {
  return { id: '0', name, dist: null, headers: {}, size, sha1: '', dateCreated: new Date().toISOString() }
}
