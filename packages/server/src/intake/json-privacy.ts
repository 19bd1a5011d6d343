/** Applies the rules about fields to every text of a JSON document, by the name of the member it stands under. */
import type { FieldPrivacy } from './field-privacy.ts'

/** Deeper levels are left out: nothing that people read lies there, and the walk must end. */
const maxDepth = 100

/** undefined: not JSON. */
export function redactJson(text: string, privacy: FieldPrivacy): string | undefined {
  try {
    return JSON.stringify(redact(JSON.parse(text), '', privacy, 0)) ?? 'null'
  } catch {
    return undefined
  }
}

function redact(value: unknown, name: string, privacy: FieldPrivacy, depth: number): unknown {
  if (typeof value === 'string') return privacy(name, value)
  if (typeof value !== 'object' || value === null) return scalar(value, name, privacy)
  if (depth >= maxDepth) return null
  // Members of an array have the array's name.
  if (Array.isArray(value)) return value.map((each: unknown) => redact(each, name, privacy, depth + 1) ?? null)
  const isKept = name === '' || privacy(name, '') !== undefined
  if (!isKept) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const kept = redact(member, key, privacy, depth + 1)
      return kept === undefined ? [] : [[key, kept] as const]
    }),
  )
}

/** A number under a name that is dropped or hashed says as much as a text would. */
function scalar(value: unknown, name: string, privacy: FieldPrivacy): unknown {
  if (value === null || value === undefined || name === '') return value
  const text = String(value)
  const kept = privacy(name, text)
  return kept === text ? value : kept
}
