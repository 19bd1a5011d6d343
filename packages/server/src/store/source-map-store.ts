import type { SymbolQuota } from './symbol-store.ts'

/**
 * Source maps, by content beside the symbol files: `(scope, release, path of the script) → hash` in the ledger. A project's own map wins over a
 * shared one. Of two maps for one script of one release the later one serves: whoever builds a release again, delivers it again.
 */
export interface SourceMapStore {
  /** Throws StoreError `bad_source_map` and `symbol_quota`. The file at `path` is taken over. */
  add(upload: {
    readonly scope: string
    readonly path: string
    readonly sha256: string
    readonly size: number
    readonly by: string
    /** undefined: for every release. */
    readonly release: string | undefined
    /** Of the script that the map is for, as far as it is known: `dist/assets/app.js`. */
    readonly script: string
    /** Where the file itself does not tell it. */
    readonly debugId?: string | undefined
    readonly quota?: SymbolQuota | undefined
  }): Promise<AddedSourceMap>
  /** Path of the map that serves a script for a project. */
  find(projectId: number, script: AskedScript): Promise<string | undefined>
  /** For each whether the scope has this very map for this script and release. */
  held(
    scope: string,
    maps: readonly { readonly script: string; readonly release?: string | undefined; readonly sha256: string }[],
  ): Promise<boolean[]>
  describe(projectId: number, scripts: readonly AskedScript[]): Promise<(StoredSourceMap | undefined)[]>
}

export interface AskedScript {
  /** Path in its address, see `scriptPath` of `@crashkeep/symbols/source-map`. */
  readonly path: string
  readonly release: string | undefined
  readonly debugId?: string | undefined
}

export interface AddedSourceMap {
  readonly script: string
  readonly release: string | undefined
  readonly debugId: string | undefined
  readonly sha256: string
  readonly size: number
  readonly outcome: 'stored' | 'present' | 'replaced'
}

export interface StoredSourceMap {
  readonly scope: string
  readonly script: string
  readonly release: string | undefined
  readonly debugId: string | undefined
  readonly sha256: string
  readonly size: number
  readonly uploadedAt: number
}

/** `shop@2.0.0`, `@acme/shop@2.0.0` and `2.0.0` are one release: pages and builds write it differently. undefined: none. */
export function plainRelease(release: string | undefined | null): string | undefined {
  const text = release?.trim() ?? ''
  const at = text.lastIndexOf('@')
  const plain = at > 0 && at < text.length - 1 ? text.slice(at + 1) : text
  return plain === '' ? undefined : plain
}
