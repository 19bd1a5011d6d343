/** The one door for symbols: whatever protocol brought them and however they were packed, here they become files of the store. */
import { rm } from 'node:fs/promises'
import type { ModuleRecord } from '@crashkeep/symbols'
import { ApiProblem } from '../api/api-error.ts'
import { problemOf } from '../api/error-handler.ts'
import { ServerError } from '../errors.ts'
import { processLimits } from '../process/limits.ts'
import { requeue } from '../process/requeue.ts'
import { StoreError } from '../store/errors.ts'
import type { Store } from '../store/store.ts'
import { type DescribedSymbols, describeSymbolFile } from '../store/symbols/symbol-contents.ts'
import { type BundledMap, readBundleManifest } from './bundle-manifest.ts'
import { complement } from './complement.ts'
import { expand, type Leaf, type Unreadable } from './expand.ts'
import { KeyedTurns } from './keyed-turns.ts'
import { symbolLimits } from './limits.ts'
import { readRecord } from './read-record.ts'
import type { ConvertedSymbols, SymbolConverter } from './symbol-converter.ts'
import type { SymbolOwner } from './symbol-owner.ts'
import type { IncomingFile, UploadFolder } from './upload-folder.ts'

export interface SymbolUpload {
  readonly owner: SymbolOwner
  readonly file: IncomingFile
  readonly folder: UploadFolder
  /** What the sender says that the file is for; a file for another module is refused. */
  readonly said?: { readonly debugFile?: string | undefined; readonly debugId?: string | undefined }
  /** Of the source maps in it. */
  readonly release?: string | undefined
  /** Of a single source map: the script that it is for. */
  readonly script?: string | undefined
}

export interface TakenSymbols {
  readonly kind: 'symbols'
  readonly name: string
  readonly debugFile: string
  readonly debugId: string
  readonly codeId: string | undefined
  readonly os: string
  readonly cpu: string
  readonly sha256: string
  readonly size: number
  /** `completed`: the file that was there had only the other half. */
  readonly outcome: 'stored' | 'present' | 'conflict' | 'completed'
  /** `symbols` for a symbol file, else what it was made of: elf, pe, pdb, macho. */
  readonly format: string
  /** What the debug file could not tell. */
  readonly problems: readonly { readonly code: string; readonly message: string }[]
}

export interface TakenMap {
  readonly kind: 'source-map'
  readonly name: string
  readonly script: string
  readonly release: string | undefined
  readonly debugId: string | undefined
  readonly sha256: string
  readonly size: number
  readonly outcome: 'stored' | 'present' | 'replaced'
}

export interface TakenUpload {
  readonly taken: readonly (TakenSymbols | TakenMap)[]
  readonly refused: readonly { readonly name: string; readonly code: string; readonly message: string }[]
  /** Files that are neither symbols nor meant to be. */
  readonly ignored: number
  /** Reports that are processed again because they lacked something of this. */
  readonly reprocessing: number
}

export interface InboxOptions {
  readonly store: Store
  readonly converter: SymbolConverter
  readonly reprocessed: () => void
}

export class SymbolInbox {
  readonly #options: InboxOptions
  readonly #turns = new KeyedTurns()

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** One bad file of many is told of and costs only itself; throws when none of them was any good, or the server cannot go on. */
  async take(upload: SymbolUpload): Promise<TakenUpload> {
    const taken: (TakenSymbols | TakenMap)[] = []
    const refused: { name: string; code: string; message: string }[] = []
    let ignored = 0
    let first: unknown
    const refuse = (name: string, error: unknown) => {
      first ??= error
      const { code, message } = problemOf(error)
      if (refused.length < symbolLimits.maxToldFiles) refused.push({ name, code, message })
    }
    const debugFiles: Leaf[] = []
    const maps: Leaf[] = []
    let manifest: ReadonlyMap<string, BundledMap> | undefined
    for await (const leaf of expand(upload.file, upload.folder)) {
      if (leaf.kind === 'elf' || leaf.kind === 'pe' || leaf.kind === 'pdb' || leaf.kind === 'macho') debugFiles.push(leaf)
      else if (leaf.kind === 'json' && leaf.name === 'manifest.json') manifest = await readBundleManifest(leaf.path)
      else if (leaf.kind === 'json' && isMeant(leaf, upload)) maps.push(leaf)
      else if (isMeant(leaf, upload)) await this.#each(leaf, () => this.#takeLeaf(leaf, upload), taken, refuse)
      else {
        ignored += 1
        if (leaf.kind !== 'unreadable') await rm(leaf.path, { force: true })
      }
    }
    // When all are there: a PE looks for its PDB among the others, and a manifest says whose a source map is.
    for (const leaf of maps) await this.#each(leaf, async () => [await this.#addMap(leaf, upload, manifest?.get(leaf.name))], taken, refuse)
    const read: ReadDebugFile[] = []
    for (const leaf of debugFiles) await this.#each(leaf, () => this.#convert(leaf, debugFiles, upload, read), taken, refuse)
    if (upload.owner.keepsDebugFiles)
      for (const file of read) await this.#each(file.leaf, () => this.#keep(file, upload.owner), taken, refuse)
    for (const { path } of debugFiles) await rm(path, { force: true })
    const reprocessing = await this.#processAgain(taken, upload.owner)
    // A bundle may hold sources or scripts only, which are not kept: that is no failure of a build.
    if (taken.length === 0 && (first !== undefined || manifest === undefined)) throw first ?? new ApiProblem('bad_symbols')
    return { taken, refused, ignored, reprocessing }
  }

  async #each<T>(
    leaf: { readonly name: string },
    take: () => Promise<T[]>,
    taken: T[],
    refuse: (name: string, error: unknown) => void,
  ): Promise<void> {
    try {
      taken.push(...(await take()))
    } catch (error) {
      if (!isOfTheFile(error)) throw error
      refuse(leaf.name, error)
    }
  }

  async #takeLeaf(leaf: Leaf | Unreadable, upload: SymbolUpload): Promise<TakenSymbols[]> {
    if (leaf.kind === 'unreadable') throw leaf.problem
    if (leaf.kind !== 'symbols') throw new ApiProblem('bad_symbols', `${nameOf(leaf)} is neither a symbol file nor a debug file.`)
    const described = await describeSymbolFile(leaf.path)
    return [await this.#add({ ...described, path: leaf.path, name: leaf.name, format: 'symbols', problems: [] }, upload)]
  }

  async #convert(leaf: Leaf, others: readonly Leaf[], upload: SymbolUpload, read: ReadDebugFile[]): Promise<TakenSymbols[]> {
    if (leaf.name === '' && (leaf.kind === 'elf' || leaf.kind === 'macho'))
      throw new ApiProblem('bad_request', 'The file does not know its own name, by which reports ask for it; say it: ?name=libshop.so.')
    const beside = others.filter((other) => other !== leaf)
    const converted = await this.#options.converter.convert(leaf, upload.folder.path, beside)
    read.push({ leaf, modules: converted })
    const added: TakenSymbols[] = []
    for (const symbols of converted) {
      refuseEmpty(leaf, symbols)
      added.push(await this.#add({ ...symbols, name: leaf.name }, upload))
    }
    return added
  }

  /** The file itself, for debuggers; when nothing else of the upload needs it any more. */
  async #keep({ leaf, modules }: ReadDebugFile, { scope, by, quota }: SymbolOwner): Promise<never[]> {
    const [original] = modules.flatMap((module) => originalOf(leaf, module) ?? [])
    if (original === undefined) return []
    const { sha256, size } = await describeSymbolFile(leaf.path)
    await this.#options.store.originals.add({ scope, by, quota, path: leaf.path, sha256, size, ...original })
    return []
  }

  async #add(file: NewSymbols, { owner, said, folder }: SymbolUpload): Promise<TakenSymbols> {
    const record = readRecord(file.path)
    refuseOther(file, record, said)
    const { debugFile, debugId } = record
    const outcome = await this.#turns.run(`${owner.scope} ${debugFile} ${debugId}`, () => this.#store(file, record, owner, folder))
    const { name, sha256, size, format, problems } = file
    return {
      kind: 'symbols',
      ...{ name, debugFile, debugId, codeId: record.codeId, os: record.os, cpu: record.cpu, sha256, size, outcome, format, problems },
    }
  }

  async #store(file: NewSymbols, record: ModuleRecord, owner: SymbolOwner, folder: UploadFolder): Promise<TakenSymbols['outcome']> {
    const { symbols } = this.#options.store
    const { scope, quota, by } = owner
    const held = await symbols.held(scope, record)
    if (held?.contents?.madeOf?.includes(file.sha256)) return 'present'
    if (held !== undefined && held.sha256 !== file.sha256) {
      const old = { sha256: held.sha256, contents: held.contents ?? (await describeSymbolFile(held.path)).contents }
      const decision = complement(old, file)
      if (decision === 'nothing-new') return 'present'
      const madeOf = [...(old.contents.madeOf ?? [old.sha256]), file.sha256]
      const better =
        decision === 'better'
          ? file
          : decision === 'held-functions'
            ? await this.#options.converter.merge({ functionsPath: held.path, unwindPath: file.path }, folder.path)
            : decision === 'added-functions'
              ? await this.#options.converter.merge({ functionsPath: file.path, unwindPath: held.path }, folder.path)
              : undefined
      if (better !== undefined) {
        const { path, sha256, size } = better
        const contents = { ...better.contents, madeOf }
        if (await symbols.replace({ scope, module: record, from: held.sha256, path, sha256, size, contents, by, quota })) return 'completed'
      }
    }
    const { path, sha256, size, contents } = file
    return (await symbols.add({ scope, path, sha256, size, contents, by, quota })).outcome
  }

  async #addMap(leaf: Leaf, { owner, release, script }: SymbolUpload, bundled: BundledMap | undefined): Promise<TakenMap> {
    if (leaf.size > processLimits.maxSourceMapBytes)
      throw new ApiProblem('too_large', `A source map may have ${processLimits.maxSourceMapBytes} bytes.`)
    const { sha256, size } = await describeSymbolFile(leaf.path)
    const { scope, by, quota } = owner
    const added = await this.#options.store.sourceMaps.add({
      ...{ scope, path: leaf.path, sha256, size, by, release, quota },
      script: script ?? bundled?.script ?? leaf.name.replace(/\.map$/i, ''),
      debugId: bundled?.debugId,
    })
    return { kind: 'source-map', name: leaf.name, ...added }
  }

  /** One question for each module, one entry in the queue for each report. */
  async #processAgain(taken: readonly (TakenSymbols | TakenMap)[], { projectId }: SymbolOwner): Promise<number> {
    const { store, reprocessed } = this.#options
    const lacking = new Set<string>()
    for (const file of taken) {
      if (file.outcome === 'conflict') continue
      const reports =
        file.kind === 'symbols'
          ? // What the half that came before was good for is done again, too.
            await (file.outcome === 'completed' ? store.index.reportsThrough(file, projectId) : store.index.reportsLacking(file, projectId))
          : await store.index.reportsLackingMap({ path: file.script, release: file.release, debugId: file.debugId }, projectId)
      for (const id of reports) lacking.add(id)
    }
    await requeue(store, [...lacking])
    if (lacking.size > 0) reprocessed()
    return lacking.size
  }
}

interface ReadDebugFile {
  readonly leaf: Leaf
  readonly modules: readonly ConvertedSymbols[]
}

/** Debuggers ask for ELF by build id, for a PDB by its debug id and for a PE by its code id; Apple's ask nobody. */
function originalOf(leaf: Leaf, { debugFile, debugId, codeId, hasCode, hasDebug, sha256 }: ConvertedSymbols) {
  const leafName = leaf.name.replace(/^.*[\\/]/, '')
  const made = { debugFile, debugId, sha256 }
  switch (leaf.kind) {
    case 'elf': {
      const kinds = [...(hasDebug ? (['debuginfo'] as const) : []), ...(hasCode ? (['executable'] as const) : [])]
      return codeId === undefined ? undefined : { kinds, id: codeId, name: debugFile, made }
    }
    case 'pdb':
      return { kinds: ['pdb'] as const, id: debugId, name: debugFile, made }
    case 'pe':
      return codeId === undefined ? undefined : { kinds: ['pe'] as const, id: codeId, name: leafName, made }
    default:
      return undefined
  }
}

interface NewSymbols extends DescribedSymbols {
  readonly path: string
  readonly name: string
  readonly format: string
  readonly problems: TakenSymbols['problems']
}

/** Sent alone, a file is meant, whatever it is; in an archive there is a manifest, a script, a text beside the symbols. */
function isMeant(leaf: Leaf | Unreadable, { file }: SymbolUpload): boolean {
  if (leaf.kind === 'unreadable' || leaf.kind === 'symbols') return true
  const alone = leaf.path === file.path
  if (leaf.kind === 'json') return alone || /\.map$/i.test(leaf.name)
  return alone || /\.(?:sym|so|dll|exe|pdb|debug|dylib)$/i.test(leaf.name)
}

/** Ours is what the disk and the database say; everything else is one file's own fault. */
function isOfTheFile(error: unknown): boolean {
  if (error instanceof ApiProblem) return error.code !== 'unavailable' && error.code !== 'internal'
  if (error instanceof StoreError)
    return error.code === 'bad_symbol_file' || error.code === 'bad_source_map' || error.code === 'symbol_quota'
  return error instanceof ServerError && error.status < 500
}

/** A file that was cut off behind its head has an id and nothing else; kept, it would keep a good one out. */
function refuseEmpty(leaf: Leaf, { contents, problems }: ConvertedSymbols): void {
  if (contents.functions || contents.publics || contents.unwind) return
  const why = problems[0]?.message ?? 'It may be stripped.'
  throw new ApiProblem('no_functions', `${nameOf(leaf)} tells nothing about its functions. ${why}`)
}

function refuseOther(file: NewSymbols, { debugFile, debugId }: ModuleRecord, said: SymbolUpload['said']): void {
  const wantedId = said?.debugId?.replaceAll('-', '').toUpperCase()
  const otherId = wantedId !== undefined && wantedId !== '' && wantedId !== debugId
  const otherFile = said?.debugFile !== undefined && said.debugFile !== '' && said.debugFile !== debugFile
  if (!otherId && !otherFile) return
  const claimed = [said?.debugFile, wantedId].filter(Boolean).join(' ')
  throw new ApiProblem('bad_symbols', `${nameOf(file)} holds the symbols of ${debugFile} ${debugId}, not those of ${claimed}.`)
}

function nameOf({ name }: { readonly name: string }): string {
  return name === '' ? 'The file' : JSON.stringify(name.slice(-100))
}
