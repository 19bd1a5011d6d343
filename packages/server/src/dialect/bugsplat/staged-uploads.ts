/**
 * Files that clients put down before they say what they are: BugSplat's upload in three steps. They lie where large files of reports lie, are
 * no reports yet, and go when nobody commits them in time. An address is good for one file, and only on the server that made it.
 */
import { ServerError } from '../../errors.ts'
import type { Upload } from '../../intake/multipart.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'

interface Staged {
  readonly project: LedgerProject
  readonly expiresAt: number
  upload: Upload | undefined
  readonly timer: NodeJS.Timeout
}

/** As long as the service's own presigned addresses are good for a slow client's 100 MB. */
const lifetimeMs = 10 * 60_000
/** Each may hold a file on the disk. */
const maxStaged = 200

export class StagedUploads {
  readonly #staged = new Map<string, Staged>()

  /** `token` is random and goes into the address. */
  open(token: string, project: LedgerProject, now: number): void {
    if (this.#staged.size >= maxStaged) throw new ServerError('busy')
    const timer = setTimeout(() => void this.#drop(token), lifetimeMs)
    timer.unref()
    this.#staged.set(token, { project, expiresAt: now + lifetimeMs, upload: undefined, timer })
  }

  /** Whose address it is; throws for one that is unknown, expired or used. */
  projectOf(token: string, now: number): LedgerProject {
    const staged = this.#staged.get(token)
    if (staged === undefined || staged.expiresAt < now || staged.upload !== undefined) throw new ServerError('unknown_upload')
    return staged.project
  }

  async put(token: string, upload: Upload): Promise<void> {
    const staged = this.#staged.get(token)
    if (staged === undefined || staged.upload !== undefined) {
      await upload.discard()
      throw new ServerError('unknown_upload')
    }
    staged.upload = upload
  }

  /** Hands the file out once. */
  take(token: string, projectId: number): Upload {
    const staged = this.#staged.get(token)
    if (staged?.upload === undefined || staged.project.id !== projectId) throw new ServerError('unknown_upload')
    clearTimeout(staged.timer)
    this.#staged.delete(token)
    return staged.upload
  }

  async close(): Promise<void> {
    for (const token of [...this.#staged.keys()]) await this.#drop(token)
  }

  async #drop(token: string): Promise<void> {
    const staged = this.#staged.get(token)
    this.#staged.delete(token)
    clearTimeout(staged?.timer)
    await staged?.upload?.discard()
  }
}
