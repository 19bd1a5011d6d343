import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { StagedFiles } from './staged-files.ts'
import type { SymbolOwner } from './symbol-owner.ts'
import type { UploadFolder } from './upload-folder.ts'

const Quota = Type.Union([Type.Number(), Type.Null()])

/** What may be put at an address that was handed out. */
const Ticket = Type.Object({
  owner: Type.Object({
    scope: Type.String(),
    projectId: Type.Union([Type.Number(), Type.Null()]),
    keepsDebugFiles: Type.Boolean(),
    quota: Type.Union([Type.Object({ bytes: Quota, files: Quota }), Type.Null()]),
    by: Type.String(),
    tokenId: Type.String(),
  }),
  name: Type.String(),
  release: Type.String(),
  /** Under which the file waits until it is asked for. */
  key: Type.String(),
  /** Nobody will say that it is complete. */
  whole: Type.Boolean(),
})
type StoredTicket = Static<typeof Ticket>
export type Ticket = Omit<StoredTicket, 'owner'> & { readonly owner: SymbolOwner }

/** Addresses are random, good for an hour and for one file, and outlive the program, as what is put there does. */
export class Tickets {
  readonly #staged: StagedFiles

  constructor(staged: StagedFiles) {
    this.#staged = staged
  }

  /** The last part of the address. */
  async issue({ owner, ...ticket }: Ticket, folder: UploadFolder): Promise<string> {
    const token = randomBytes(24).toString('hex')
    const { projectId = null, quota = null } = owner
    const text = JSON.stringify({ ...ticket, owner: { ...owner, projectId, quota } } satisfies StoredTicket)
    const path = folder.newPath()
    await writeFile(path, text, { mode: 0o600 })
    await this.#staged.put(keyOf(token), { path, size: text.length })
    return token
  }

  async take(token: string, folder: UploadFolder): Promise<Ticket | undefined> {
    const file = await this.#staged.take(keyOf(token), folder.newPath(), '')
    if (file === undefined) return undefined
    try {
      const { owner, ...ticket } = Value.Parse(Ticket, JSON.parse(await readFile(file.path, 'utf8')))
      return { ...ticket, owner: { ...owner, projectId: owner.projectId ?? undefined, quota: owner.quota ?? undefined } }
    } finally {
      await rm(file.path, { force: true })
    }
  }
}

function keyOf(token: string): string {
  return `ticket ${token}`
}
