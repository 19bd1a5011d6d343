/**
 * Fetches source maps of scripts that a report names, for projects that list the script's origin: a person, and not the report, decides whom
 * the server asks. What is found is stored like an upload, and the reports that lacked it are processed again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findSourceMapUrl, scriptPath } from '@crashkeep/symbols/source-map'
import { processLimits } from '../process/limits.ts'
import { requeue } from '../process/requeue.ts'
import type { Store } from '../store/store.ts'
import { type Fetched, type GetOptions, publicGet } from './public-get.ts'

export interface WantedMap {
  readonly projectId: number
  readonly url: string
  readonly release: string | undefined
}

export interface FetcherOptions {
  readonly store: Store
  readonly tmpFolder: string
  /** There are reports to process again. */
  readonly found: () => void
  readonly log: { info(facts: object, message: string): void }
  readonly get?: Pick<GetOptions, 'mayConnect' | 'ca'>
  readonly clock?: () => number
}

/** A script of a large application has some megabytes. */
const maxScriptBytes = 32 * 1024 * 1024
const timeoutMs = 10_000
/** A script without a map is not asked for again so soon. */
const retryAfterMs = 60 * 60_000
/** Scripts remembered; the oldest are forgotten first. */
const maxRemembered = 5_000
/** Scripts that wait; reports that name more lack their maps until somebody uploads them. */
const maxWaiting = 100

export class SourceMapFetcher {
  readonly #options: FetcherOptions
  readonly #triedAt = new Map<string, number>()
  #waiting = 0
  #turn: Promise<void> = Promise.resolve()
  readonly #ending = new AbortController()

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  /** Returns at once; one script is fetched at a time. */
  want(wanted: WantedMap): void {
    const key = `${wanted.projectId} ${wanted.release ?? ''} ${wanted.url}`
    const now = (this.#options.clock ?? Date.now)()
    if (this.#ending.signal.aborted || this.#waiting >= maxWaiting || now - (this.#triedAt.get(key) ?? -retryAfterMs) < retryAfterMs) return
    this.#triedAt.set(key, now)
    for (const oldest of this.#triedAt.keys()) {
      if (this.#triedAt.size <= maxRemembered) break
      this.#triedAt.delete(oldest)
    }
    this.#waiting += 1
    this.#turn = this.#turn.then(async () => {
      try {
        if (!this.#ending.signal.aborted) await this.#fetch(wanted)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#options.log.info({ script: wanted.url.slice(0, 300), why }, 'a source map was not fetched')
      } finally {
        this.#waiting -= 1
      }
    })
  }

  /** Resolves when what was wanted so far has been tried. */
  drained(): Promise<void> {
    return this.#turn
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#turn
  }

  async #fetch({ projectId, url, release }: WantedMap): Promise<void> {
    const { store, tmpFolder, found } = this.#options
    const origins = (await store.ledger.projectById(projectId))?.settings.sourceMapOrigins ?? []
    const script = URL.canParse(url) ? new URL(url) : undefined
    const path = scriptPath(url)
    if (script === undefined || path === undefined || !origins.includes(script.origin)) return
    const map = await this.#mapOf(script)
    await mkdir(tmpFolder, { recursive: true, mode: 0o700 })
    const file = join(tmpFolder, `source-map-${randomUUID()}`)
    try {
      await writeFile(file, map, { mode: 0o600 })
      const sha256 = createHash('sha256').update(map).digest('hex')
      const upload = { scope: `project:${projectId}`, path: file, sha256, size: map.length, by: `fetched ${script.origin}` }
      const added = await store.sourceMaps.add({ ...upload, release, script: path })
      const lacking = await store.index.reportsLackingMap({ path: added.script, release: added.release, debugId: added.debugId }, projectId)
      await requeue(store, lacking)
      if (lacking.length > 0) found()
    } finally {
      await rm(file, { force: true })
    }
  }

  async #mapOf(script: URL): Promise<Buffer> {
    const { status, body, header } = await this.#get(script, maxScriptBytes)
    if (status !== 200) throw new Error(`the script was answered with status ${status}`)
    const place = header('sourcemap') ?? header('x-sourcemap') ?? findSourceMapUrl(body.toString('utf8'))
    if (place === undefined) throw new Error('the script names no source map')
    const url = URL.canParse(place, script.href) ? new URL(place, script) : undefined
    if (url?.origin !== script.origin) throw new Error('its source map is at another origin')
    const map = await this.#get(url, processLimits.maxSourceMapBytes)
    if (map.status !== 200) throw new Error(`the source map was answered with status ${map.status}`)
    return map.body
  }

  #get(url: URL, maxBytes: number): Promise<Fetched> {
    return publicGet(url, { maxBytes, timeoutMs, signal: this.#ending.signal, ...this.#options.get })
  }
}
