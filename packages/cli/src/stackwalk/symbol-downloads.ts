import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type ModuleIdentity, symbolPath } from '@crashkeep/symbols'

export interface DownloadOptions {
  /** Symbol servers in the order in which they are asked. */
  readonly urls: readonly string[]
  /** Where downloaded files stay, in the usual layout. */
  readonly cacheFolder: string
  /** Where a file is while it comes in. */
  readonly temporaryFolder: string
  /** For one file. */
  readonly timeoutMs: number
  readonly log: (message: string) => void
}

/** Symbol servers are far away and serve many at once; more gain nothing. */
const maxParallelDownloads = 6

/** The largest symbol files, of whole browsers, have half a gigabyte. */
const maxSymbolFileBytes = 4 * 1024 ** 3

/** Every symbol file starts so; a page that says "not found" with status 200 does not. */
const firstWord = Buffer.from('MODULE ')

/** The first line names one module; a longer one is no symbol file's. */
const maxHeadBytes = 64 * 1024

/** Gets symbol files of modules into a cache folder. Each module is asked for once. */
export class SymbolDownloads {
  readonly #options: DownloadOptions
  /** By identity: the addresses that were asked, with what they answered. */
  readonly #tried = new Map<string, string[]>()

  constructor(options: DownloadOptions) {
    this.#options = options
  }

  /** What was asked for a module that did not come; `undefined` when nobody asked yet. */
  tried(module: ModuleIdentity): readonly string[] | undefined {
    return this.#tried.get(keyOf(module))
  }

  async fetchAll(modules: readonly ModuleIdentity[], onProgress: (done: number) => void): Promise<void> {
    const waiting = [...modules]
    let done = 0
    const work = async () => {
      for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
        await this.#fetch(module)
        onProgress(++done)
      }
    }
    await Promise.all(Array.from({ length: Math.min(maxParallelDownloads, waiting.length) }, work))
  }

  async #fetch(module: ModuleIdentity): Promise<void> {
    const tried: string[] = []
    this.#tried.set(keyOf(module), tried)
    for (const base of this.#options.urls) {
      for (const path of symbolPath(module)) {
        const url = new URL(path.split('/').map(encodeURIComponent).join('/'), base.endsWith('/') ? base : `${base}/`).href
        const failure = await this.#download(url, join(this.#options.cacheFolder, path))
        this.#options.log(`${url}: ${failure ?? 'downloaded'}`)
        if (failure === undefined) return
        tried.push(`${url} (${failure})`)
      }
    }
  }

  /** `undefined`: the file is in the cache, whole; else why not. */
  async #download(url: string, target: string): Promise<string | undefined> {
    const temporary = join(this.#options.temporaryFolder, `crashkeep-${randomUUID()}.sym`)
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(this.#options.timeoutMs) })
      if (!response.ok) {
        await response.body?.cancel()
        return `status ${response.status}`
      }
      await mkdir(this.#options.temporaryFolder, { recursive: true })
      await pipeline(chunksOf(response), symbolBytes(url), createWriteStream(temporary, { flags: 'wx' }))
      await mkdir(dirname(target), { recursive: true })
      await moveInto(temporary, target)
      return undefined
    } catch (error) {
      return reasonOf(error)
    } finally {
      await rm(temporary, { force: true })
    }
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  try {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) yield part.value
  } finally {
    await reader?.cancel()
  }
}

/**
 * Passes a symbol file on, refuses what is none or too large, and adds where it came from behind its first line. (rust-minidump adds
 * that at the end, where a reader has to look at the whole file to find it.)
 */
function symbolBytes(url: string): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (chunks) {
    let size = 0
    let head: Buffer | undefined = Buffer.alloc(0)
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxSymbolFileBytes) throw new Error(`the file has more than ${maxSymbolFileBytes} bytes`)
      if (head === undefined) {
        yield chunk
        continue
      }
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\n')
      if (end < 0 && head.length < maxHeadBytes) continue
      yield* withOrigin(head, end, url)
      head = undefined
    }
    if (head !== undefined) yield* withOrigin(head, head.indexOf('\n'), url)
  }
}

function* withOrigin(head: Buffer, end: number, url: string): Generator<Uint8Array> {
  if (end < 0 || !head.subarray(0, firstWord.length).equals(firstWord)) throw new Error('the answer is no symbol file')
  yield head.subarray(0, end + 1)
  yield Buffer.from(`INFO URL ${url}\n`)
  yield head.subarray(end + 1)
}

/** The temporary folder may be on another disk, where a rename is not possible: then the copy is renamed. */
async function moveInto(temporary: string, target: string): Promise<void> {
  try {
    await rename(temporary, target)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    const beside = `${target}.${randomUUID()}`
    await copyFile(temporary, beside)
    await rename(beside, target)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it took too long'
  // What fetch throws says only that it failed; the reason is below it.
  return error.cause instanceof Error ? error.cause.message : error.message
}

function keyOf(module: ModuleIdentity): string {
  return JSON.stringify([module.debugFile, module.debugId, module.codeFile, module.codeId])
}
