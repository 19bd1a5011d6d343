/** What becomes of one named value under a project's privacy rules. */
import { createHmac } from 'node:crypto'
import type { PrivacyRules } from '../api/project-settings.ts'
import { stripNamedUrl } from './strip-urls.ts'

/** undefined: it is not kept. */
export type FieldPrivacy = (name: string, value: string) => string | undefined

/** 128 bits: no two values of one project share a hash by chance. */
const hashDigits = 32

export function fieldPrivacy(rules: PrivacyRules, hashKey: string): FieldPrivacy {
  const dropped = nameTest(rules.dropFields)
  const hashed = nameTest(rules.hashFields)
  return (name, value) => {
    const plain = plainName(name)
    if (dropped(plain)) return undefined
    if (hashed(plain)) return `hash:${createHmac('sha256', hashKey).update(value).digest('hex').slice(0, hashDigits)}`
    return rules.stripUrls ? stripNamedUrl(plain, value) : value
  }
}

/** `Email`, `email#2` (the second of its name) and `email__1` (a piece) are one name to a rule. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/(?:#\d{1,6}|__\d{1,6})$/, '')
}

function nameTest(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set<string>()
  const beginnings: string[] = []
  for (const pattern of patterns) {
    const lower = pattern.toLowerCase()
    if (lower.endsWith('*')) beginnings.push(lower.slice(0, -1))
    else exact.add(lower)
  }
  return (name) => exact.has(name) || beginnings.some((beginning) => name.startsWith(beginning))
}
