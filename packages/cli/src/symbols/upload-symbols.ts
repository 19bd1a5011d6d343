import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SourceMapUploaded, SymbolModule, SymbolUploaded } from '@crashkeep/server/api-types'
import type { ServerConnection } from '../server-connection.ts'
import { dumpTask } from './dump-module.ts'
import { DumpPool } from './dump-pool.ts'
import type { FoundFiles, FoundModule } from './find-modules.ts'
import { heldMaps, type NamedMap, namedMap } from './held-maps.ts'
import { inParallel } from './in-parallel.ts'
import { maxUploads } from './limits.ts'
import { missingModules } from './missing-modules.ts'
import { sendFile } from './send-file.ts'

export interface UploadRun {
  readonly server: ServerConnection
  /** Whose the symbols are: `project=…` or `shared=true`. */
  readonly scope: Readonly<Record<string, string>>
  readonly release: string | undefined
  /** Sends what the server has, too. */
  readonly force: boolean
  readonly inlines: boolean
  readonly jobs: number | undefined
  /** What reports lack, where that may be known. */
  readonly lacking: readonly SymbolModule[]
  readonly scratch: string
  /** So many bytes more have arrived at the server. */
  readonly sent: (bytes: number) => void
}

/** What became of one file. */
export type UploadedFile =
  | {
      readonly kind: 'module'
      readonly file: string
      readonly debugFile: string
      readonly debugId: string
      readonly outcome: string
      readonly reprocessing: number
      readonly problems: readonly string[]
    }
  | { readonly kind: 'source-map'; readonly file: string; readonly uploaded: SourceMapUploaded }
  | { readonly kind: 'failed'; readonly file: string; readonly why: string }

export interface UploadProgress {
  /** How many files there are to work on. */
  total(count: number): void
  ended(file: UploadedFile): void
}

/** Asks what the server has, makes symbols of the rest and sends them, those first that reports lack. */
export async function uploadSymbols(
  found: FoundFiles,
  archives: readonly string[],
  run: UploadRun,
  progress: UploadProgress,
): Promise<void> {
  const named = distinct(found.modules.map((module) => withReportsName(module, run.lacking)))
  const query = new URLSearchParams(run.scope)
  const missing = run.force ? named : await missingModules(run.server, query, named)
  const wanted = new Set(missing)
  progress.total(named.length + found.sourceMaps.length + archives.length)
  for (const module of named) if (!wanted.has(module)) progress.ended(present(module))
  const maps = found.sourceMaps.map(namedMap)
  const held = run.force ? new Map<NamedMap, SourceMapUploaded>() : await heldMaps(run.server, query, maps, run.release)
  for (const [{ map }, uploaded] of held) progress.ended({ kind: 'source-map', file: map.path, uploaded })
  const freshMaps = maps.filter((each) => !held.has(each))
  const ids = new Set(run.lacking.map(({ debugId }) => debugId))
  const order = [...missing.filter(({ debugId }) => ids.has(debugId)), ...missing.filter(({ debugId }) => !ids.has(debugId))]
  const pool = new DumpPool(run.jobs)
  let number = 0
  const scratchName = (): string => join(run.scratch, String(number++))
  const guarded = async (file: string, work: () => Promise<UploadedFile | UploadedFile[]>): Promise<void> => {
    try {
      for (const ended of [await work()].flat()) progress.ended(ended)
    } catch (error) {
      progress.ended({ kind: 'failed', file, why: error instanceof Error ? error.message : String(error) })
    }
  }
  try {
    // Twice as many as are sent at once, so that one is made while another is on its way.
    await inParallel(order, maxUploads * 2, (module) => guarded(module.main.path, () => uploadModule(module, run, pool, scratchName)))
    await inParallel(freshMaps, maxUploads, (named) => guarded(named.map.path, () => uploadMap(named, run, scratchName())))
    await inParallel(archives, 1, (path) => guarded(path, () => uploadArchive(path, run, scratchName())))
  } finally {
    await pool.close()
  }
}

async function uploadModule(module: FoundModule, run: UploadRun, pool: DumpPool, scratchName: () => string): Promise<UploadedFile> {
  const { debugFile, debugId, main } = module
  const isSym = main.module.kind === 'sym'
  const path = isSym ? main.path : scratchName()
  const problems: string[] = []
  try {
    if (!isSym) {
      const { problems: found, counts } = await pool.dump(dumpTask(module, { inlines: run.inlines, info: [] }, path))
      problems.push(...found.map(({ message }) => message))
      if (counts.functions + counts.publics === 0) problems.push('It has no function: neither debug information nor a symbol table.')
    }
    const answer = await sendFile<SymbolUploaded>({ ...run, route: '/symbols' }, path, scratchName())
    if (answer.debugId === '') throw new Error(answer.refused[0]?.message ?? 'the server found no symbols in it.')
    return { kind: 'module', file: main.path, debugFile, debugId, outcome: answer.outcome, reprocessing: answer.reprocessing, problems }
  } finally {
    if (!isSym) await rm(path, { force: true })
  }
}

/** The server opens it, and tells of each module. */
async function uploadArchive(path: string, run: UploadRun, temporary: string): Promise<UploadedFile[]> {
  const query = { name: basename(path), ...(run.release === undefined ? {} : { release: run.release }) }
  const answer = await sendFile<SymbolUploaded>({ ...run, route: '/symbols', query }, path, temporary)
  const refused = answer.refused.map(({ name, message }): UploadedFile => ({ kind: 'failed', file: `${path}: ${name}`, why: message }))
  const taken = answer.modules.map(
    ({ debugFile, debugId, outcome, problems }, index): UploadedFile => ({
      kind: 'module',
      file: path,
      debugFile,
      debugId,
      outcome,
      // Told for all together.
      reprocessing: index === 0 ? answer.reprocessing : 0,
      problems: problems.map(({ message }) => message),
    }),
  )
  if (taken.length + refused.length + answer.sourceMaps.length === 0) throw new Error('the server found no symbols in it.')
  return [...taken, ...refused]
}

async function uploadMap({ map: { path }, script }: NamedMap, run: UploadRun, temporary: string): Promise<UploadedFile> {
  const query = { script, ...(run.release === undefined ? {} : { release: run.release }) }
  return {
    kind: 'source-map',
    file: path,
    uploaded: await sendFile<SourceMapUploaded>({ ...run, route: '/source-maps', query }, path, temporary),
  }
}

function present({ main, debugFile, debugId }: FoundModule): UploadedFile {
  return { kind: 'module', file: main.path, debugFile, debugId, outcome: 'present', reprocessing: 0, problems: [] }
}

/** A symbol file that lies beside its program was made of it: one of them is enough, and this one is ready. */
function distinct(modules: readonly FoundModule[]): FoundModule[] {
  const byKey = new Map<string, FoundModule>()
  for (const module of modules) {
    const key = `${module.debugFile}/${module.debugId}`
    if (!byKey.has(key) || module.main.module.kind === 'sym') byKey.set(key, module)
  }
  return [...byKey.values()]
}

/** A debug file that was split off does not know the program's name (`.build-id/ab/cd….debug`); reports of that build do. */
function withReportsName(module: FoundModule, lacking: readonly SymbolModule[]): FoundModule {
  if (module.main.module.hasCode || module.main.module.kind !== 'elf') return module
  const named = lacking.find(({ debugId }) => debugId === module.debugId)
  return named === undefined ? module : { ...module, debugFile: named.debugFile }
}
