/**
 * Sentry's own fields of a form, put together to one event: `sentry` is JSON, `sentry__1`, `sentry__2`… are pieces of it (Electron's client),
 * `sentry___initialScope` is JSON of its own below, and `sentry[tags][shop]` is one value, the path in brackets. What was said first stays.
 */
import { stitchFields } from '../../intake/stitch.ts'
import { objectOf, parseJson } from '../json-value.ts'

/** Parts of a path in brackets; an event is not deeper, and merging follows them by recursion. */
const maxPathParts = 7
const maxMergeDepth = 40

export interface MergedFields {
  /** undefined where no field of the form is Sentry's. */
  readonly event: Readonly<Record<string, unknown>> | undefined
  /** All others. */
  readonly others: Map<string, string>
  /** Names of fields that could not be read; they stay among the others. */
  readonly unreadable: readonly string[]
}

type Tree = Map<string, unknown>

export function mergeSentryFields(fields: ReadonlyMap<string, string>): MergedFields {
  const event: Tree = new Map()
  const others = new Map<string, string>()
  const unreadable: string[] = []
  let found = false
  for (const [name, value] of stitchFields(fields)) {
    const merged = mergeField(event, name, value)
    if (merged === 'other') others.set(name, value)
    else if (merged === 'unreadable') {
      others.set(name, value)
      unreadable.push(name)
    } else found = true
  }
  return { event: found ? plain(event) : undefined, others, unreadable }
}

function mergeField(event: Tree, name: string, value: string): 'merged' | 'other' | 'unreadable' {
  if (name === 'sentry' || name.startsWith('sentry___')) {
    const parsed = parseObject(value)
    if (parsed === undefined) return 'unreadable'
    mergeInto(event, parsed, 0)
    return 'merged'
  }
  const path = pathOf(name)
  if (path === undefined) return 'other'
  setAt(event, path, value)
  return 'merged'
}

/** `sentry[a][b]` → a, b. */
function pathOf(name: string): string[] | undefined {
  if (!/^sentry(\[[^[\]]*\])+$/.test(name)) return undefined
  const parts = [...name.matchAll(/\[([^[\]]*)\]/g)].map(([, part]) => part ?? '')
  return parts.length <= maxPathParts ? parts : undefined
}

function setAt(tree: Tree, [first = '', ...rest]: readonly string[], value: string): void {
  const known = tree.get(first)
  if (rest.length === 0) {
    if (known === undefined) tree.set(first, value)
    return
  }
  const below: Tree = known instanceof Map ? known : new Map()
  if (known === undefined) tree.set(first, below)
  if (known === undefined || known === below) setAt(below, rest, value)
}

function mergeInto(tree: Tree, more: ReadonlyMap<string, unknown>, depth: number): void {
  for (const [name, value] of more) {
    const known = tree.get(name)
    const inner = depth < maxMergeDepth ? objectOf(value) : undefined
    if (known === undefined && inner !== undefined) {
      const below: Tree = new Map()
      tree.set(name, below)
      mergeInto(below, inner, depth + 1)
    } else if (known === undefined) tree.set(name, value)
    else if (known instanceof Map && inner !== undefined) mergeInto(known, inner, depth + 1)
  }
}

function plain(tree: Tree): Record<string, unknown> {
  return Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? plain(value) : value]))
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return objectOf(parseJson(Buffer.from(text, 'utf8')))
  } catch {
    return undefined
  }
}
