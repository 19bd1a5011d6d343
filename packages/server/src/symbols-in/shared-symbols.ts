import type { SymbolQuota } from '../store/symbol-store.ts'

/** What holds for symbols of no project: those of a project have its settings, these have the server's options. */
export interface SharedSymbolRules {
  /** undefined: as much as the disk takes. */
  readonly quota: SymbolQuota | undefined
  /** null: they stay for ever. */
  readonly unusedDays: number | null
}

export const anyNumber: SharedSymbolRules = { quota: undefined, unusedDays: null }
