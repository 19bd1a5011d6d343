import type { SymbolContents } from './symbols/symbol-contents.ts'

/**
 * Symbol files by content: `symbols/ab/<sha256>` on disk, `(scope, debug file, debug id) → hash` in the ledger. A scope is `shared` or
 * `project:<id>`; a project's own file wins over the shared one; a different file for an id already held is kept as a conflict.
 */
export interface SymbolStore {
  /** Reads the MODULE record, stores the file, registers it. The file at `path` is taken over. Throws `symbol_quota`. */
  add(upload: {
    readonly scope: string
    readonly path: string
    readonly sha256: string
    readonly size: number
    readonly by: string
    readonly contents?: SymbolContents | undefined
    readonly quota?: SymbolQuota | undefined
  }): Promise<AddedSymbols>
  /** What serves a module in one scope, with the file's path. */
  held(scope: string, module: ModuleName): Promise<(StoredSymbols & { readonly path: string }) | undefined>
  /** A file that was put together of the one that served a module until now and another takes its place; false when that changed meanwhile. */
  replace(change: {
    readonly scope: string
    readonly module: ModuleName
    readonly from: string
    readonly path: string
    readonly sha256: string
    readonly size: number
    readonly contents: SymbolContents
    readonly by: string
    readonly quota?: SymbolQuota | undefined
  }): Promise<boolean>
  /** Path of the `.sym` file that serves a module for a project. */
  find(projectId: number, module: ModuleName): Promise<string | undefined>
  /** The modules that were made of a program or library with this file name and code id; at most a few. */
  byCode(codeFile: string, codeId: string): Promise<ModuleName[]>
  /** What is known of these modules, keyed `debugFile/debugId`. */
  describe(projectId: number, modules: readonly ModuleName[]): Promise<Map<string, StoredSymbols>>
  list(query: {
    readonly projectId: number
    /** Only modules of which other files were kept aside, those that a person has decided about as well. */
    readonly conflictsOnly?: boolean
    readonly cursor?: string
    readonly limit: number
  }): Promise<{ readonly items: StoredSymbols[]; readonly next: string | undefined }>
  /** Of a module that a project sees: the files that serve it, its own before the shared one, and those that were kept aside, oldest first. */
  conflicts(projectId: number, module: ModuleName): Promise<{ readonly serving: SymbolConflict[]; readonly aside: SymbolConflict[] }>
  /**
   * One that was kept aside serves from now on, and the one that served is kept aside; or the one that serves is `confirmed`. Either way what is
   * aside by then is settled. `unknown`: nobody kept such a file.
   */
  prefer(scope: string, module: ModuleName, sha256: string, by: string): Promise<'changed' | 'confirmed' | 'unchanged' | 'unknown'>
  /** Path of one certain file of a module, also of one that was kept aside. */
  findFile(projectId: number, module: ModuleName, sha256: string): Promise<string | undefined>
  /** Files and bytes that a scope holds, source maps included; conflicts count. */
  usage(scope: string): Promise<SymbolUsage>
  /** Written down once a day at most, so that it may be told for each report. */
  markUsed(used: readonly Pick<StoredSymbols, 'scope' | 'debugFile' | 'debugId' | 'lastUsedAt'>[]): Promise<void>
  /** Removes what no report has needed since `before`, and counts it. */
  removeUnused(scope: string, before: number): Promise<SymbolUsage>
  /** What `removeUnused` has taken away so far, of one scope or of all. */
  removed(scope?: string): Promise<(SymbolUsage & { readonly lastAt: number }) | undefined>
}

export interface ModuleName {
  readonly debugFile: string
  readonly debugId: string
}

/** null: any number. */
export interface SymbolQuota {
  readonly bytes: number | null
  readonly files: number | null
}

export interface SymbolUsage {
  readonly files: number
  readonly bytes: number
}

export interface AddedSymbols extends ModuleName {
  readonly sha256: string
  readonly size: number
  readonly outcome: 'stored' | 'present' | 'conflict'
}
export interface StoredSymbols extends ModuleName {
  readonly scope: string
  readonly codeFile: string | undefined
  readonly codeId: string | undefined
  readonly sha256: string
  readonly size: number
  readonly uploadedAt: number
  readonly os: string | undefined
  readonly cpu: string | undefined
  /** Files kept aside of which nobody has decided yet. */
  readonly conflicts: number
  /** Those of which somebody has. */
  readonly settled: number
  /** undefined: nobody has looked. */
  readonly contents: SymbolContents | undefined
  /** To the day; undefined: never. */
  readonly lastUsedAt: number | undefined
}
export interface SymbolConflict {
  readonly scope: string
  readonly sha256: string
  readonly size: number
  readonly uploadedAt: number
  readonly uploadedBy: string
  readonly contents: SymbolContents | undefined
  /** When a person chose another file, and who; undefined: nobody has, or it serves. */
  readonly settledAt?: number | undefined
  readonly settledBy?: string | undefined
}
