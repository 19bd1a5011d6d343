/**
 * Debug files as they were uploaded, for debuggers that ask this server: kept by their content beside the symbol files, for projects that say so.
 * They count against the project's quota and go when nobody has needed them for long, as symbol files do.
 */
import type { ModuleName, SymbolQuota } from './symbol-store.ts'

export interface DebugOriginals {
  /** The file at `path` is taken over. Of those that make no symbols the first one of a kind for an id stays. Throws `symbol_quota`. */
  add(original: NewOriginal): Promise<void>
  /** The first of the scopes that has one; of several there the one whose symbols serve the module. Remembers that it was needed. */
  find(scopes: readonly string[], wanted: WantedOriginal): Promise<StoredOriginal | undefined>
}

/**
 * `debuginfo` and `executable` of ELF, by build id in small digits, and a `source` of it by its path; `pdb` by debug id, `pe` by code id, both in
 * capitals and with a name.
 */
export type OriginalKind = 'debuginfo' | 'executable' | 'source' | 'pdb' | 'pe'

export interface NewOriginal {
  readonly scope: string
  /** One file may be several: an unstripped program is its own debug file. */
  readonly kinds: readonly OriginalKind[]
  readonly id: string
  readonly name: string
  readonly path: string
  readonly sha256: string
  readonly size: number
  readonly by: string
  /** The module, and the symbol file that was made of this; undefined for sources. */
  readonly made?: ModuleName & { readonly sha256: string }
  readonly quota?: SymbolQuota | undefined
}
export interface WantedOriginal {
  readonly kind: OriginalKind
  readonly id: string
  /** Without regard to case; undefined: any. */
  readonly name?: string
}
export interface StoredOriginal {
  readonly path: string
  readonly name: string
  readonly sha256: string
  readonly size: number
}
