/**
 * The middle of BugSplat's upload in three steps: addresses that are handed out, and files that were put there and are no reports yet. Nothing is
 * kept of an address: it says itself whose it is and until when, signed. A file that was put there outlives the program; it goes when its report is
 * durable, or when nobody commits it in time.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { ServerError } from '../../errors.ts'
import type { Intake } from '../../intake/intake.ts'
import type { Upload } from '../../intake/multipart.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { type StagedBounds, StagedFiles } from '../../symbols-in/staged-files.ts'

/** As long as the service's own presigned addresses are good for a slow client's 100 MB, and then for the commit. */
const lifetimeMs = 10 * 60_000

const bounds: StagedBounds = {
  stagedLifetimeMs: lifetimeMs,
  /** Twenty of the largest there may be; clients send a hundredth of that. */
  maxStagedBytes: 4 * 1024 ** 3,
  maxStagedFiles: 2_000,
}

/** `PROJECT/UNTIL.RANDOM.SIGNATURE`: what follows in an address that was handed out. */
const placePattern = /^([a-z0-9-]{1,63})\/(\d{1,15})\.[0-9a-f]{16}\.([0-9a-f]{64})$/
const placeInUrl = /\/bugsplat\/uploads\/([a-z0-9-]{1,63}\/[0-9a-f.]{1,100})/

export class StagedUploads {
  readonly #intake: Pick<Intake, 'now' | 'projectBySlug'>
  readonly #files: StagedFiles
  readonly #cleanUp: NodeJS.Timeout

  /** The folder is durable, and on the disk of the spool's own files. */
  constructor(folder: string, intake: Pick<Intake, 'now' | 'projectBySlug'>) {
    this.#intake = intake
    this.#files = new StagedFiles(folder, intake.now, bounds)
    this.#cleanUp = setInterval(() => void this.#files.dropOld().catch(() => undefined), lifetimeMs).unref()
  }

  /** The last two parts of an address. */
  placeFor({ slug, hashKey }: LedgerProject): string {
    const said = `${slug}/${this.#intake.now() + lifetimeMs}.${randomBytes(8).toString('hex')}`
    return `${said}.${signature(said, hashKey)}`
  }

  /** Whose address it is; throws for one that was not made here or is no longer good. */
  async projectOf(place: string): Promise<LedgerProject> {
    const [, slug, until, signed = ''] = placePattern.exec(place) ?? []
    if (slug === undefined || Number(until) < this.#intake.now()) throw new ServerError('unknown_upload')
    const project = await this.#intake.projectBySlug(slug)
    const said = place.slice(0, -signed.length - 1)
    if (!timingSafeEqual(Buffer.from(signature(said, project.hashKey)), Buffer.from(signed))) throw new ServerError('unknown_upload')
    return project
  }

  requireRoom(size: number): Promise<void> {
    return this.#files.requireRoom(size)
  }

  /** Takes the upload's file over; a client that did not hear the answer may put it there again. */
  async put(place: string, upload: Upload): Promise<void> {
    try {
      const [file] = upload.files
      if (file?.content.kind !== 'file') throw new ServerError('empty_body')
      await this.#files.put(place, { path: file.content.path, size: file.size })
    } finally {
      await upload.discard()
    }
  }

  /** Where the file lies that was put at this address by a client of the project; it stays. */
  find(place: string, { slug }: LedgerProject): string {
    const path = place.startsWith(`${slug}/`) ? this.#files.path(place) : undefined
    if (path === undefined) throw new ServerError('unknown_upload')
    return path
  }

  drop(place: string): Promise<void> {
    return this.#files.drop(place)
  }

  close(): void {
    clearInterval(this.#cleanUp)
  }
}

/** Below the folder of the spool, whose name is durable. */
export function stagedFolder(spoolFolder: string): string {
  return join(spoolFolder, 'staged')
}

/** Of an address that was handed out; empty where it is none. */
export function placeOfUrl(url: string): string {
  return placeInUrl.exec(url)?.[1] ?? ''
}

function signature(said: string, hashKey: string): string {
  return createHmac('sha256', hashKey).update(`bugsplat upload ${said}`).digest('hex')
}
