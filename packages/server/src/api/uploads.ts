import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Intake } from '../intake/intake.ts'
import type { MultipartSource } from '../intake/multipart.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { ApiError, ReportAccepted } from './schema.ts'

/** Ids of other servers are UUIDs, with or without a prefix, or hashes. */
const SourceId = Type.String({ pattern: '^[A-Za-z0-9._:-]{8,160}$' })
const maxSources = 4

/** A dump that a person has at hand, through the same door as every other report. */
export function uploads(store: Store, intake: Intake): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The body is read by the handler, as it comes.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/projects/:slug/reports',
      {
        config: { scope: 'triage' },
        bodyLimit: intake.limits.uploadBytes,
        schema: {
          summary: 'Add a minidump by hand: the body itself, or a form as Crashpad sends it; plain or gzip',
          consumes: ['application/octet-stream', 'multipart/form-data'],
          params: Type.Object({ slug: projectParameter }),
          querystring: Type.Object({
            name: Type.Optional(Type.String({ maxLength: 300, description: 'File name of a body that is the dump itself' })),
            source: Type.Optional(
              Type.Array(SourceId, {
                maxItems: maxSources,
                description:
                  'Ids under which another server or folder had this report; it is found by them, and what was erased under them stays erased',
              }),
            ),
            crashedAt: Type.Optional(Type.String({ format: 'date-time', description: 'Where the dump does not tell' })),
          }),
          response: { 201: ReportAccepted, ...refusals, 409: ApiError, 413: ApiError, 415: ApiError, 429: ApiError, 503: ApiError },
        },
      },
      async (request, reply) => {
        const project = await projectOf(store.ledger, callerOf(request), request.params.slug)
        const { source = [], crashedAt } = request.query
        for (const each of source) if (await store.ledger.isErased(each)) throw new ApiProblem('conflict', 'This report was erased here.')
        const id = intake.newReportId()
        const upload = await intake.readMultipart(id, sourceOf(request, request.query.name ?? 'upload.dmp'), project)
        try {
          const userAgent = request.headers['user-agent']
          const outcome = await intake.accept(project, id, {
            kind: 'minidump',
            dialect: source.length === 0 ? 'upload' : 'import',
            fields: upload.fields,
            files: upload.files,
            receivedAt: intake.now(),
            ...(crashedAt === undefined ? {} : { crashedAt: Date.parse(crashedAt) }),
            aliases: source,
            sender: { address: request.ip, ...(userAgent === undefined ? {} : { userAgent }) },
            problems: upload.problems,
          })
          if (outcome.kind === 'dropped') throw new ApiProblem('bad_request', `The project's rules dropped this report: ${outcome.reason}.`)
        } catch (error) {
          await upload.discard()
          throw error
        }
        upload.release()
        return reply.code(201).send({ id })
      },
    )
  }
}

/** A body that is the dump itself is read as a form of one file, so that limits, disk and damage are handled in one place. */
function sourceOf(request: FastifyRequest, fileName: string): MultipartSource {
  const { body } = request
  if (!(body instanceof Readable)) throw new ApiProblem('bad_request', 'The body is empty; send the dump in it.')
  const contentType = request.headers['content-type'] ?? ''
  const contentEncoding = request.headers['content-encoding']
  if (/^multipart\//i.test(contentType)) {
    return { stream: body, contentType, contentEncoding, contentLength: request.headers['content-length'] }
  }
  const boundary = `crashkeep-${randomUUID()}`
  return {
    stream: Readable.from(asForm(unpacked(body, contentEncoding), fileName, boundary), { objectMode: false }),
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentEncoding: undefined,
    contentLength: undefined,
  }
}

function unpacked(body: Readable, encoding: string | undefined): AsyncIterable<unknown> {
  if (encoding === undefined || encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new ApiProblem('bad_encoding')
  const gunzip = createGunzip()
  body.on('error', (error) => gunzip.destroy(error))
  return body.pipe(gunzip)
}

async function* asForm(body: AsyncIterable<unknown>, fileName: string, boundary: string): AsyncGenerator<Uint8Array> {
  // As browsers write it: quotes and line ends of a name cannot end the header.
  const name = fileName.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="upload_file_minidump"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  )
  for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}
