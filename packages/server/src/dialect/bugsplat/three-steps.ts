/**
 * BugSplat's upload in three steps: ask for an address, put a zip there, say what it is. The address is one of this server; its token is random,
 * good for ten minutes and one file.
 */
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import type { Upload } from '../../intake/multipart.ts'
import type { Pieces } from '../../intake/piece-upload.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import type { DialectContext } from '../dialect-context.ts'
import { bodyOf, parameterOf, queryOf } from '../exchange.ts'
import { kindOf, type ReadUpload } from '../form-upload.ts'
import { keepUpload, type Served, serveProject } from '../service.ts'
import type { SubmittedFile } from '../submission.ts'
import { readZip, type ZipSource, zipOfBytes, zipOfFile } from '../zip.ts'
import { answer, bugSplatFields, bugSplatServed, crashIdOf } from './bugsplat.ts'
import { bugSplatProject, databaseOf, formOfProject } from './bugsplat-project.ts'

const dumpName = /\.(?:m?dmp|udmp)$/i

export async function answerUploadUrl(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  await serveProject(
    served,
    () => bugSplatProject(served, databaseOf(request) ?? queryOf(request).get('database') ?? undefined),
    async (project) => {
      const { intake, staged } = context
      const size = Number(queryOf(request).get('crashPostSize') ?? 0)
      if (size > intake.limits.uploadBytes) throw new ServerError('too_large')
      if (!(await intake.canAccept())) throw new ServerError('storage_full')
      const token = randomBytes(24).toString('hex')
      staged.open(token, project, intake.now())
      const url = `${request.protocol}://${request.host}/bugsplat/uploads/${token}`
      await answer(reply.code(200), { status: 'success', url, contentType: 'application/octet-stream' })
    },
  )
}

export async function answerUpload(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const { intake, staged } = context
  const token = parameterOf(request, 'token')
  await serveProject(
    bugSplatServed(request, reply, context),
    async () => staged.projectOf(token, intake.now()),
    async (project) => {
      const upload = await intake.readPieces(intake.newReportId(), bodyOf(request), project, async (body, pieces) => {
        await pieces.addFile({ name: 'crash.zip', onDisk: true }, body)
      })
      if (upload.problems.some(({ code }) => code === 'truncated_body')) {
        await upload.discard()
        throw new ServerError('truncated_body')
      }
      await staged.put(token, upload)
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
    const token = /\/bugsplat\/uploads\/([0-9a-f]{48})/.exec(fields.get('s3key') ?? fields.get('s3Key') ?? '')?.[1] ?? ''
    const staged = context.staged.take(token, project.id)
    try {
      const read = await unpackStaged(served, project, staged)
      const sent = bugSplatFields(fields)
      await keepUpload(served, project, read, { kind: kindOf(read.upload.files), fields: sent, aliases: [String(crashIdOf(read.id))] })
      const crashId = crashIdOf(read.id)
      await answer(reply.code(200), {
        status: 'success',
        message: 'Crash received',
        crashId,
        crash_id: crashId,
        stackKeyId: 0,
        messageId: 0,
        infoUrl: '',
      })
    } finally {
      await staged.discard()
    }
  })
}

async function unpackStaged({ context }: Served, project: LedgerProject, staged: Upload): Promise<ReadUpload> {
  const { intake } = context
  const [file] = staged.files
  if (file === undefined) throw new ServerError('empty_body')
  const id = intake.newReportId()
  const nothing = { stream: Readable.from([]), contentEncoding: undefined, contentLength: undefined }
  const upload = await withSource(file, (source) =>
    intake.readPieces(id, nothing, project, (_, pieces) => addEntries(source, pieces, intake.limits.uploadBytes)),
  )
  return { id, upload }
}

async function withSource<T>({ content }: SubmittedFile, use: (source: ZipSource) => Promise<T>): Promise<T> {
  if (content.kind === 'bytes') return use(zipOfBytes(content.bytes))
  const handle = await open(content.path, 'r')
  try {
    return await use(await zipOfFile(handle))
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
