import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { describeSymbolFile } from '../store/symbols/symbol-contents.ts'
import { symbolLimits } from '../symbols-in/limits.ts'
import { joinPieces, pieceKey, pieceListType, readPieceList } from '../symbols-in/pieces.ts'
import type { UploadContext } from '../symbols-in/protocol.ts'
import { isForm, receiveBody, receiveForm, receiveText } from '../symbols-in/receive.ts'
import type { TakenUpload } from '../symbols-in/symbol-inbox.ts'
import { ownerOf, type SymbolOwner, sharedName } from '../symbols-in/symbol-owner.ts'
import { type IncomingFile, type UploadFolder, withUploadFolder } from '../symbols-in/upload-folder.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { ApiError, SourceMapUploaded, SymbolPiece, SymbolUploaded } from './schema.ts'

const whose = {
  project: Type.Optional(projectParameter),
  shared: Type.Optional(Type.Boolean({ description: 'For every project; needs a token that is not limited to some' })),
}
const uploadRefusals = { ...refusals, 408: ApiError, 409: ApiError, 413: ApiError, 415: ApiError, 422: ApiError, 503: ApiError }

export function symbolUpload(context: UploadContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The body is read by the handler, as it comes.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/symbols',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: symbolLimits.maxBodyBytes,
        schema: {
          summary:
            'Upload symbols: a symbol file, a debug file (ELF, PE, PDB, Mach-O) or an archive of some, as the body or in a form. Reports that lacked them are processed again',
          consumes: ['application/octet-stream', 'text/plain', 'multipart/form-data', pieceListType],
          querystring: Type.Object({
            ...whose,
            name: Type.Optional(
              Type.String({ maxLength: 1024, description: 'Of the file; names the module where a debug file itself does not' }),
            ),
            release: Type.Optional(Type.String({ maxLength: 256, description: 'Of the source maps in an archive' })),
          }),
          response: { 200: SymbolUploaded, ...uploadRefusals },
        },
      },
      async (request) => {
        const { project, shared, name = '', release } = request.query
        const owner = await ownerOfQuery(context, request, project, shared)
        return withUploadFolder(context.tmpFolder, async (folder) => {
          const file = await oneFile(context, request, folder, { name, tokenId: owner.tokenId })
          return toUploaded(await context.inbox.take({ owner, file, folder, release }))
        })
      },
    )

    app.post(
      '/symbols/pieces',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: symbolLimits.maxPieceBytes,
        schema: {
          summary: `Put down a piece of a large file for an hour, at most ${symbolLimits.maxPieceBytes} bytes. POST /symbols and /source-maps take a list of pieces in place of a file: {"pieces": ["SHA-256", …], "encoding": "zstd"} as ${pieceListType}`,
          consumes: ['application/octet-stream'],
          querystring: Type.Object(whose),
          response: { 200: SymbolPiece, ...uploadRefusals },
        },
      },
      async (request) => {
        const { project, shared } = request.query
        const { tokenId } = await ownerOfQuery(context, request, project, shared)
        return withUploadFolder(context.tmpFolder, async (folder) => {
          const file = await receiveBody(request, folder)
          if (file.size > symbolLimits.maxPieceBytes)
            throw new ApiProblem('too_large', `A piece may have ${symbolLimits.maxPieceBytes} bytes.`)
          const { sha256, size } = await describeSymbolFile(file.path)
          await context.staged.put(pieceKey(tokenId, sha256), file)
          return { sha256, size }
        })
      },
    )

    app.post(
      '/source-maps',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit: symbolLimits.maxBodyBytes,
        schema: {
          summary:
            'Upload the source map of a script: the body itself or one file of a form, plain or gzip. Reports that lacked it are processed again',
          consumes: ['application/json', 'application/octet-stream', 'multipart/form-data', pieceListType],
          querystring: Type.Object({
            ...whose,
            release: Type.Optional(
              Type.String({ maxLength: 256, description: 'As the page names it in its context; left out: for every release' }),
            ),
            script: Type.Optional(
              Type.String({
                maxLength: 4096,
                description: 'Path of the script as it was built: dist/assets/app.js. Its end is compared with the address of the script',
              }),
            ),
          }),
          response: { 200: SourceMapUploaded, ...uploadRefusals },
        },
      },
      async (request) => {
        const { project, shared, release, script } = request.query
        const owner = await ownerOfQuery(context, request, project, shared)
        if (script === undefined || script === '')
          throw new ApiProblem('bad_request', 'Say which script the source map is for: ?script=dist/assets/app.js.')
        return withUploadFolder(context.tmpFolder, async (folder) => {
          const file = await oneFile(context, request, folder, { name: `${script}.map`, tokenId: owner.tokenId })
          const { taken, reprocessing } = await context.inbox.take({ owner, file, folder, release, script })
          const map = taken.find(({ kind }) => kind === 'source-map')
          if (map?.kind !== 'source-map') throw new ApiProblem('bad_symbols', 'The body is no source map.')
          const { sha256, size, outcome } = map
          return { script: map.script, release: map.release ?? null, debugId: map.debugId ?? null, sha256, size, outcome, reprocessing }
        })
      },
    )
  }
}

async function ownerOfQuery(
  { store, shared: rules }: UploadContext,
  request: FastifyRequest,
  project: string | undefined,
  shared: boolean | undefined,
): Promise<SymbolOwner> {
  if ((project === undefined) === (shared !== true))
    throw new ApiProblem('bad_request', 'Say whose symbols these are: ?project=SLUG or ?shared=true.')
  return ownerOf(store.ledger, callerOf(request), project ?? sharedName, rules.quota)
}

async function oneFile(
  { staged }: UploadContext,
  request: FastifyRequest,
  folder: UploadFolder,
  { name, tokenId }: { readonly name: string; readonly tokenId: string },
): Promise<IncomingFile> {
  if (request.headers['content-type'] === pieceListType)
    return joinPieces(staged, folder, { tokenId, name, list: readPieceList(await receiveText(request)) })
  if (!isForm(request)) return receiveBody(request, folder, name)
  const [file] = (await receiveForm(request, folder)).files
  if (file === undefined) throw new ApiProblem('bad_request', 'The form holds no file.')
  return name === '' ? file : { ...file, name }
}

/** The first of many stands outside, as it does for an upload of one. */
function toUploaded({ taken, refused, ignored, reprocessing }: TakenUpload) {
  const modules = taken.flatMap((file) => {
    if (file.kind !== 'symbols') return []
    const { debugFile, debugId, sha256, size, outcome, format, problems } = file
    return [{ debugFile, debugId, sha256, size, outcome, format, problems: [...problems] }]
  })
  const sourceMaps = taken.flatMap((file) =>
    file.kind === 'source-map' ? [{ script: file.script, release: file.release ?? null, outcome: file.outcome }] : [],
  )
  const [first] = modules
  return {
    debugFile: first?.debugFile ?? '',
    debugId: first?.debugId ?? '',
    sha256: first?.sha256 ?? '',
    size: first?.size ?? 0,
    outcome: first?.outcome ?? 'present',
    reprocessing,
    modules,
    sourceMaps,
    refused: [...refused],
    ignored,
  }
}
