import type { ProcessedCrash } from '../processed-crash.ts'

export interface JsonOptions {
  /** Indented by two spaces. */
  readonly pretty?: boolean
  /** Without the other threads and the lists of modules. */
  readonly brief?: boolean
}

/** Keys in alphabetical order at every depth, no newline at the end: what rust-minidump prints. Frames are made with theirs in order. */
export function formatJson(crash: ProcessedCrash, options: JsonOptions = {}): string {
  const { threads, modules, unloaded_modules, ...rest } = crash
  const shown = options.brief === true ? rest : crash
  return JSON.stringify(sorted(shown), undefined, options.pretty === true ? 2 : undefined)
}

/** By far the most of a result, and in order: see `ProcessedFrames` and `crashingThread`. */
const framesKey = 'frames'

/** The value itself where it is in order already. */
function sorted(value: unknown): unknown {
  if (!isObject(value) || isInOrder(value)) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, key === framesKey ? inner : sorted(inner)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Looks without making anything: a result has tens of thousands of objects, and few are out of order. */
function isInOrder(value: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(value)) return value.every((item) => !isObject(item) || isInOrder(item))
  let before = ''
  for (const key in value) {
    if (key < before) return false
    before = key
    const inner = value[key]
    if (key !== framesKey && isObject(inner) && !isInOrder(inner)) return false
  }
  return true
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
