/**
 * Symbol files by content: `symbols/ab/<sha256>` on disk, `(scope, debug file, debug id) → hash` in the ledger. A scope is `shared` or
 * `project:<id>`; a project's own file wins over the shared one; a different file for an id already held is kept as a conflict.
 */
export interface SymbolStore {
  /** Reads the MODULE record, stores the file, registers it. The file at `path` is taken over. */
  add(upload: {
    readonly scope: string
    readonly path: string
    readonly sha256: string
    readonly size: number
    readonly by: string
  }): Promise<AddedSymbols>
  /** Path of the `.sym` file that serves a module for a project. */
  find(projectId: number, module: { readonly debugFile: string; readonly debugId: string }): Promise<string | undefined>
  /** What is known of these modules, keyed `debugFile/debugId`. */
  describe(
    projectId: number,
    modules: readonly { readonly debugFile: string; readonly debugId: string }[],
  ): Promise<Map<string, StoredSymbols>>
  list(query: {
    readonly projectId: number
    readonly cursor?: string
    readonly limit: number
  }): Promise<{ readonly items: StoredSymbols[]; readonly next: string | undefined }>
}
export interface AddedSymbols {
  readonly debugFile: string
  readonly debugId: string
  readonly sha256: string
  readonly size: number
  readonly outcome: 'stored' | 'present' | 'conflict'
}
export interface StoredSymbols {
  readonly scope: string
  readonly debugFile: string
  readonly debugId: string
  readonly codeFile: string | undefined
  readonly codeId: string | undefined
  readonly sha256: string
  readonly size: number
  readonly uploadedAt: number
  readonly os: string | undefined
  readonly cpu: string | undefined
  readonly conflicts: number
}
