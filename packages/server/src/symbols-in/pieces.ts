/**
 * A large file of our own client comes in pieces, each named by the SHA-256 of its bytes, so that a connection that breaks costs one piece. They lie
 * staged, for the token that sent them, until a list of them is sent in place of a file.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { ApiProblem } from '../api/api-error.ts'
import { contentsOf } from './contents-of.ts'
import { symbolLimits } from './limits.ts'
import type { StagedFiles } from './staged-files.ts'
import type { IncomingFile, UploadFolder } from './upload-folder.ts'

/** Content type of a list that stands for a file. */
export const pieceListType = 'application/vnd.crashkeep.pieces+json'

export const PieceHash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const PieceList = Type.Object(
  { pieces: Type.Array(PieceHash, { minItems: 1, maxItems: symbolLimits.maxPieces }) },
  { additionalProperties: false },
)

export function pieceKey(tokenId: string, sha256: string): string {
  return `piece ${tokenId} ${sha256}`
}

export function readPieceList(text: string): readonly string[] {
  try {
    return Value.Parse(PieceList, JSON.parse(text)).pieces
  } catch (cause) {
    throw new ApiProblem('bad_request', `The body is {"pieces": ["SHA-256", …]}, at most ${symbolLimits.maxPieces}.`, { cause })
  }
}

/** The file that they make. They stay: whoever is cut off before the answer sends the list again. */
export async function joinPieces(
  staged: StagedFiles,
  folder: UploadFolder,
  { tokenId, name, pieces }: { readonly tokenId: string; readonly name: string; readonly pieces: readonly string[] },
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
  return folder.write(Readable.from(whole()), name)
}
