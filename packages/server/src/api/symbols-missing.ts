import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Store } from '../store/store.ts'
import type { StoredSymbols } from '../store/symbol-store.ts'
import { symbolLimits } from '../symbols-in/limits.ts'
import { PieceHash, pieceKey } from '../symbols-in/pieces.ts'
import type { StagedFiles } from '../symbols-in/staged-files.ts'
import { ownerOf, sharedName } from '../symbols-in/symbol-owner.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { SymbolsMissing } from './schema.ts'

/** Modules of one question; a client that has more asks again. */
const maxModules = 1000
/** A thousand modules with long names. */
const bodyLimit = 1024 * 1024
/** Beside which no project is: only what everybody shares is seen. */
const noProject = 0

export function symbolsMissing(store: Store, staged: Pick<StagedFiles, 'has'> | undefined): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/symbols/missing',
      {
        config: { scope: 'upload-symbols' },
        bodyLimit,
        schema: {
          summary:
            'Which of these modules the server lacks symbols for, and which source maps and pieces it has not, so that a client sends only those',
          querystring: Type.Object({ project: Type.Optional(projectParameter), shared: Type.Optional(Type.Boolean()) }),
          body: Type.Object(
            {
              modules: Type.Array(
                Type.Object(
                  {
                    debugFile: Type.String({ maxLength: 1024 }),
                    debugId: Type.String({ maxLength: 64 }),
                    sha256: Type.Optional(Type.String({ maxLength: 64, description: 'Of the symbol file that the client would send' })),
                  },
                  { additionalProperties: false },
                ),
                { maxItems: maxModules },
              ),
              sourceMaps: Type.Optional(
                Type.Array(
                  Type.Object(
                    {
                      script: Type.String({ minLength: 1, maxLength: 1024 }),
                      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
                      release: Type.Optional(Type.String({ maxLength: 256 })),
                    },
                    { additionalProperties: false },
                  ),
                  { maxItems: maxModules },
                ),
              ),
              pieces: Type.Optional(Type.Array(PieceHash, { maxItems: symbolLimits.maxPieces })),
            },
            { additionalProperties: false },
          ),
          response: { 200: SymbolsMissing, ...refusals },
        },
      },
      async (request) => {
        const { project, shared } = request.query
        if ((project === undefined) === (shared !== true))
          throw new ApiProblem('bad_request', 'Say whose symbols these are: ?project=SLUG or ?shared=true.')
        const owner = await ownerOf(store.ledger, callerOf(request), project ?? sharedName)
        const { modules, sourceMaps = [], pieces = [] } = request.body
        const heldMaps = await store.sourceMaps.held(owner.scope, sourceMaps)
        const held = await store.symbols.describe(owner.projectId ?? noProject, modules)
        return {
          missing: modules.flatMap(({ debugFile, debugId, sha256 }) => {
            const lacks = lacksOf(held.get(`${debugFile}/${debugId}`), sha256)
            return lacks.length === 0 ? [] : [{ debugFile, debugId, lacks }]
          }),
          sourceMaps: sourceMaps.filter((_, index) => heldMaps[index] !== true).map(({ script, sha256 }) => ({ script, sha256 })),
          pieces: pieces.filter((sha256) => staged?.has(pieceKey(owner.tokenId, sha256)) !== true),
        }
      },
    )
  }
}

/** A file that is held may have one half only; whoever has the same half need not send it again. */
function lacksOf(held: StoredSymbols | undefined, sha256: string | undefined): ('file' | 'functions' | 'unwind')[] {
  if (held === undefined) return ['file']
  if (sha256 !== undefined && (held.sha256 === sha256 || held.contents?.madeOf?.includes(sha256))) return []
  const { contents } = held
  if (contents === undefined) return []
  return [...(contents.functions ? [] : (['functions'] as const)), ...(contents.unwind ? [] : (['unwind'] as const))]
}
