/**
 * BugSplat's upload in three steps: ask for an address, put a zip there, say what it is. The address is one of this server, good for ten
 * minutes and one report; the server may be killed between any two of the steps.
 */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import type { Pieces } from '../../intake/piece-upload.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import type { DialectContext } from '../dialect-context.ts'
import { bodyOf, parameterOf, queryOf } from '../exchange.ts'
import { kindOf, type ReadUpload } from '../form-upload.ts'
import { keepUpload, type Served, serveProject } from '../service.ts'
import { readZip, type ZipSource, zipOfFile } from '../zip.ts'
import { answer, bugSplatFields, bugSplatServed, crashIdOf } from './bugsplat.ts'
import { bugSplatProject, databaseOf, formOfProject } from './bugsplat-project.ts'
import { placeOfUrl } from './staged-uploads.ts'

const dumpName = /\.(?:m?dmp|udmp)$/i

export async function answerUploadUrl(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  await serveProject(
    served,
    () => bugSplatProject(served, databaseOf(request) ?? queryOf(request).get('database') ?? undefined),
    async (project) => {
      const { intake, staged } = context
      const size = Number(queryOf(request).get('crashPostSize')) || 0
      if (size > intake.limits.uploadBytes) throw new ServerError('too_large')
      if (!(await intake.canAccept())) throw new ServerError('storage_full')
      await staged.requireRoom(size)
      const base = context.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`
      const url = `${base}/bugsplat/uploads/${staged.placeFor(project)}`
      await answer(reply.code(200), { status: 'success', url, contentType: 'application/octet-stream' })
    },
  )
}

export async function answerUpload(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const { intake, staged } = context
  const place = `${parameterOf(request, 'project')}/${parameterOf(request, 'token')}`
  await serveProject(
    bugSplatServed(request, reply, context),
    () => staged.projectOf(place),
    async (project) => {
      await staged.requireRoom(Number(request.raw.headers['content-length']) || 0)
      const upload = await intake.readPieces(intake.newReportId(), bodyOf(request), project, async (body, pieces) => {
        await pieces.addFile({ name: 'crash.zip', onDisk: true }, body)
      })
      if (upload.problems.some(({ code }) => code === 'truncated_body')) {
        await upload.discard()
        throw new ServerError('truncated_body')
      }
      await staged.put(place, upload)
      await reply.code(200).send()
    },
  )
}

export async function answerCommit(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  const form = formOfProject(served)
  await serveProject(served, form.findProject, async (project) => {
    const said = await form.read(project)
    const { fields } = said.upload
    await said.upload.discard()
    const place = placeOfUrl(fields.get('s3key') ?? fields.get('s3Key') ?? '')
    const read = await unpackStaged(served, project, context.staged.find(place, project))
    const crashId = crashIdOf(read.id)
    await keepUpload(served, project, read, {
      kind: kindOf(read.upload.files),
      fields: bugSplatFields(fields),
      aliases: [String(crashId)],
      // Who commits again, because the server was killed before its answer, means the same report.
      clientReportId: `bugsplat ${place}`,
    })
    // Only now: what was put down was acknowledged.
    await context.staged.drop(place)
    await answer(reply.code(200), {
      status: 'success',
      message: 'Crash received',
      crashId,
      crash_id: crashId,
      stackKeyId: 0,
      messageId: 0,
      infoUrl: '',
    })
  })
}

async function unpackStaged({ context }: Served, project: LedgerProject, path: string): Promise<ReadUpload> {
  const { intake } = context
  const id = intake.newReportId()
  const nothing = { stream: Readable.from([]), contentEncoding: undefined, contentLength: undefined }
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new ServerError('unknown_upload', { cause })
  })
  try {
    const source = await zipOfFile(handle)
    const upload = await intake.readPieces(id, nothing, project, (_, pieces) => addEntries(source, pieces, intake.limits.uploadBytes))
    return { id, upload }
  } finally {
    await handle.close()
  }
}

/** The first dump is the report's; a file that is no zip is taken for the dump itself. */
async function addEntries(source: ZipSource, pieces: Pieces, maxBytes: number): Promise<void> {
  const head = await source.read(0, 4)
  if (head.toString('latin1') === 'MDMP') {
    await pieces.addFile({ name: 'upload_file_minidump', fileName: 'crash.dmp' }, wholeOf(source))
    return
  }
  const entries = await readZip(source)
  if (entries.reduce((sum, { size }) => sum + size, 0) > maxBytes) throw new ServerError('too_large')
  const dump = entries.find(({ name }) => dumpName.test(name))
  for (const entry of entries) {
    const leaf = entry.name.split(/[\\/]/).at(-1) ?? 'file'
    const name = entry === dump ? 'upload_file_minidump' : leaf
    try {
      await pieces.addFile({ name, fileName: leaf }, entry.open())
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== 'bad_zip') throw error
      pieces.fields.note('bad_attachment', `The file ${JSON.stringify(leaf.slice(0, 100))} of the zip could not be unpacked.`)
    }
  }
}

async function* wholeOf(source: ZipSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; ) {
    const piece = await source.read(offset, 64 * 1024)
    if (piece.length === 0) return
    offset += piece.length
    yield piece
  }
}
