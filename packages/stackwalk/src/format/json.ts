import type { ProcessedCrash } from '../processed-crash.ts'

export interface JsonOptions {
  /** Indented by two spaces. */
  readonly pretty?: boolean
  /** Without the other threads and the lists of modules. */
  readonly brief?: boolean
}

/** Keys in alphabetical order at every depth, no newline at the end: what rust-minidump prints. */
export function formatJson(crash: ProcessedCrash, options: JsonOptions = {}): string {
  const { threads, modules, unloaded_modules, ...rest } = crash
  const shown = options.brief === true ? rest : crash
  return JSON.stringify(sorted(shown), undefined, options.pretty === true ? 2 : undefined)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
