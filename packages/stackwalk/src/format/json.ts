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

/** The value itself where it is in order already, as nearly all of it is: frames are made with their keys sorted. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(sorted)
    return items.every((item, i) => item === value[i]) ? value : items
  }
  const entries = Object.entries(value)
  let isSame = true
  let before = ''
  for (const entry of entries) {
    const [key, inner] = entry
    if (key < before) isSame = false
    before = key
    entry[1] = sorted(inner)
    if (entry[1] !== inner) isSame = false
  }
  return isSame ? value : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
