/** Files that were announced with their pieces: taken in behind the answer, since the client asks again until it is done. */
import { problemOf } from '../../api/error-handler.ts'
import type { UploadContext } from '../protocol.ts'
import type { TakenUpload } from '../symbol-inbox.ts'
import type { SymbolOwner } from '../symbol-owner.ts'
import { withUploadFolder } from '../upload-folder.ts'
import { joined, missingChunks } from './chunks.ts'

export interface Announced {
  readonly checksum: string
  readonly chunks: readonly string[]
  readonly name: string
  readonly release?: string | undefined
}

export type Progress =
  | { readonly state: 'not_found'; readonly missingChunks: readonly string[] }
  | { readonly state: 'assembling' }
  | { readonly state: 'ok'; readonly upload: TakenUpload }
  | { readonly state: 'error'; readonly detail: string; readonly until: number }

/** A failure is told to the client that polls; whoever comes later tries anew. */
const failureLifetimeMs = 60_000
/** Finished ones that are remembered, so that a client that asks once more need not send anything. */
const maxRemembered = 5_000

export class Assemblies {
  readonly #running = new Map<string, Progress>()
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  progress(context: UploadContext, owner: SymbolOwner, file: Announced): Progress {
    const key = [owner.tokenId, owner.scope, file.release ?? '', file.checksum].join(' ')
    const known = this.#running.get(key)
    if (known !== undefined && !(known.state === 'error' && known.until < this.#clock())) return known
    const missing = missingChunks(context, owner.tokenId, file.chunks)
    if (missing.length > 0 || file.chunks.length === 0) return { state: 'not_found', missingChunks: missing }
    this.#set(key, { state: 'assembling' })
    void this.#assemble(context, owner, file).then((progress) => this.#set(key, progress))
    return { state: 'assembling' }
  }

  async #assemble(context: UploadContext, owner: SymbolOwner, file: Announced): Promise<Progress> {
    try {
      const upload = await withUploadFolder(context.tmpFolder, async (folder) => {
        const whole = await joined(context, folder, { ...file, tokenId: owner.tokenId })
        return context.inbox.take({ owner, file: whole, folder, release: file.release })
      })
      return { state: 'ok', upload }
    } catch (error) {
      return { state: 'error', detail: problemOf(error).message, until: this.#clock() + failureLifetimeMs }
    }
  }

  #set(key: string, progress: Progress): void {
    this.#running.delete(key)
    this.#running.set(key, progress)
    for (const [oldest, { state }] of this.#running) {
      if (this.#running.size <= maxRemembered || state === 'assembling') break
      this.#running.delete(oldest)
    }
  }
}
