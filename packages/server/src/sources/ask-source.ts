/** Asks one source for one module, and takes only what is that module's. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readModuleRecord, SymbolError } from '@crashkeep/symbols'
import { fileSource } from '@crashkeep/symbols/node'
import { type DownloadOptions, download } from '../fetch/download.ts'
import { FetchError } from '../fetch/fetch-error.ts'
import type { AnswerOutcome } from '../store/symbol-fetches.ts'
import type { NamedModule, Places } from './layouts.ts'
import { sourceLimits } from './limits.ts'
import { SourceProblem } from './source-problem.ts'
import { placesAt, type SymbolSource } from './symbol-source.ts'
import { type UnpackCabinet, type UnpackLimits, unpackFile } from './unpack-file.ts'

export interface AskTools {
  /** On the file system of the symbols. */
  readonly tmpFolder: string
  readonly signal: AbortSignal
  readonly download?: Pick<DownloadOptions, 'mayConnect' | 'ca'> & { readonly limits?: Partial<DownloadOptions['limits'] & UnpackLimits> }
  /** Makes a symbol file of debug files, in a child process; throws a `SourceProblem`. */
  readonly convert: (files: DebugFiles, outputPath: string) => Promise<void>
  readonly unpack: UnpackCabinet
}

/** At least one of both. */
export interface DebugFiles {
  readonly debug?: string
  readonly code?: string
}

export interface Asked {
  readonly outcome: AnswerOutcome
  readonly detail?: string
  /** The address that was asked last. */
  readonly place: string
  /** The caller's from here on. */
  readonly file?: { readonly path: string; readonly sha256: string; readonly size: number }
}

/** Of several answers the one that says most about what to do. */
const weight: readonly AnswerOutcome[] = ['not_found', 'unreadable', 'wrong_id', 'too_large', 'refused_address', 'failed', 'found']

/** Never rejects. undefined: the source cannot have such a module, and was not asked. */
export async function askSource(source: SymbolSource, module: NamedModule, tools: AskTools): Promise<Asked | undefined> {
  let best: Asked | undefined
  for (const places of placesAt(source, module)) {
    const asked = await askPlaces(source, places, module, tools)
    if (best === undefined || weight.indexOf(asked.outcome) > weight.indexOf(best.outcome)) best = asked
    // Of a server that does not answer, or must not, more is not asked.
    if (asked.outcome === 'found' || asked.outcome === 'failed' || asked.outcome === 'refused_address') break
  }
  return best
}

async function askPlaces(source: SymbolSource, places: Places, module: NamedModule, tools: AskTools): Promise<Asked> {
  const base = join(tools.tmpFolder, `fetched-${randomUUID()}`)
  const paths = { sym: `${base}.sym`, debug: `${base}.debug`, code: `${base}.code` }
  let place = source.url.href
  const limits = { maxBytes: sourceLimits.maxDownloadBytes, ...sourceLimits, ...tools.download?.limits }
  const fetchFirst = async (kind: keyof Places): Promise<boolean> => {
    for (const each of places[kind]) {
      const url = new URL(each, source.url)
      place = url.href
      const { kind: answer } = await download(url, paths[kind], {
        ...tools.download,
        limits,
        signal: tools.signal,
        ...(source.allowPrivate ? { privateOrigin: source.url.origin } : {}),
      })
      if (answer === 'absent') continue
      await unpackFile(paths[kind], { limits, unpackCabinet: tools.unpack, signal: tools.signal })
      return true
    }
    return false
  }
  try {
    if (!(await fetchFirst('sym'))) {
      const debug = await fetchFirst('debug')
      // Names and lines without the program are much; the program alone must be had without a mistake.
      const has = { debug, code: await fetchFirst('code').catch((error: unknown) => (debug ? false : Promise.reject(error))) }
      if (!has.debug && !has.code) return { outcome: 'not_found', place }
      await tools.convert({ ...(has.debug ? { debug: paths.debug } : {}), ...(has.code ? { code: paths.code } : {}) }, paths.sym)
    }
    requireId(paths.sym, module.debugId)
    const file = { path: paths.sym, sha256: await sha256Of(paths.sym), size: (await stat(paths.sym)).size }
    return { outcome: 'found', place, file }
  } catch (error) {
    await rm(paths.sym, { force: true })
    const outcome = error instanceof FetchError ? error.code : error instanceof SourceProblem ? error.outcome : 'failed'
    const detail = error instanceof Error ? error.message : String(error)
    return { outcome, detail: detail.slice(0, sourceLimits.maxDetailLength), place }
  } finally {
    for (const path of [paths.debug, paths.code]) await rm(path, { force: true })
  }
}

/** The name may be another: a renamed program's. The id is what counts. */
function requireId(path: string, debugId: string): void {
  const source = fileSource(path)
  try {
    const record = readModuleRecord(source)
    if (record.debugId !== debugId.toUpperCase())
      throw new SourceProblem('wrong_id', `It sent a file with the id ${record.debugId.slice(0, 40)}.`)
  } catch (error) {
    if (error instanceof SymbolError) throw new SourceProblem('unreadable', error.message, { cause: error })
    throw error
  } finally {
    source.close()
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
