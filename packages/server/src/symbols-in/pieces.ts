/**
 * A large file of our own client comes in pieces, each named by the SHA-256 of its bytes, so that a connection that breaks costs one piece. They lie
 * staged, for the token that sent them, until a list of them is sent in place of a file.
 */
import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { ApiProblem } from '../api/api-error.ts'
import { ServerError } from '../errors.ts'
import { contentsOf } from './contents-of.ts'
import { symbolLimits } from './limits.ts'
import type { StagedFiles } from './staged-files.ts'
import type { IncomingFile, UploadFolder } from './upload-folder.ts'

/** Content type of a list that stands for a file. */
export const pieceListType = 'application/vnd.crashkeep.pieces+json'

export const PieceHash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const PieceList = Type.Object(
  {
    pieces: Type.Array(PieceHash, { minItems: 1, maxItems: symbolLimits.maxPieces }),
    /** Of all of them together, as `Content-Encoding` says it of a body. */
    encoding: Type.Optional(Type.Literal('zstd')),
  },
  { additionalProperties: false },
)

type PieceList = Static<typeof PieceList>

export function pieceKey(tokenId: string, sha256: string): string {
  return `piece ${tokenId} ${sha256}`
}

export function readPieceList(text: string): PieceList {
  try {
    return Value.Parse(PieceList, JSON.parse(text))
  } catch (cause) {
    throw new ApiProblem('bad_request', `The body is {"pieces": ["SHA-256", …]}, at most ${symbolLimits.maxPieces}.`, { cause })
  }
}

/** The file that they make. They stay: whoever is cut off before the answer sends the list again. */
export async function joinPieces(
  staged: StagedFiles,
  folder: UploadFolder,
  { tokenId, name, list: { pieces, encoding } }: { readonly tokenId: string; readonly name: string; readonly list: PieceList },
): Promise<IncomingFile> {
  const found = pieces.map((sha256) => ({ sha256, key: pieceKey(tokenId, sha256), path: staged.path(pieceKey(tokenId, sha256)) }))
  const gone = found.filter(({ path }) => path === undefined).length
  if (gone > 0) throw new ApiProblem('conflict', `${gone} pieces of the file are not there any more; send it again.`)
  async function* whole(): AsyncGenerator<Buffer> {
    for (const { sha256, key, path } of found) {
      const hash = createHash('sha256')
      for await (const bytes of contentsOf(path === undefined ? [] : [path])) {
        hash.update(bytes)
        yield bytes
      }
      if (hash.digest('hex') === sha256) continue
      // Damaged on the disk: the next try sends it again.
      await staged.drop(key)
      throw new ApiProblem('conflict', 'A piece of the file was damaged here; send it again.')
    }
  }
  if (encoding === undefined) return folder.write(Readable.from(whole()), name)
  // The pipeline ends the reader when whoever reads the other end gives up.
  return folder
    .write(
      pipeline(whole(), createZstdDecompress(), () => undefined),
      name,
    )
    .catch((error: unknown) => {
      if (error instanceof ApiProblem || error instanceof ServerError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new ApiProblem('bad_archive', `The pieces cannot be unpacked: ${message}.`, { cause: error })
    })
}
