/** A project's rules about which reports are kept, and how many of them. The first rule that matches decides; what matches none is kept. */
import type { KeepRule } from '../api/project-settings.ts'
import type { Submission } from '../dialect/submission.ts'

/** Not the sender's fields but what we know ourselves. */
type OwnFact = '@kind' | '@dialect' | '@user-agent' | '@address'

/** The rule that drops this report; undefined: it is kept. `chance` is a number from 0 up to, but without, 1. */
export function droppingRule(rules: readonly KeepRule[], submission: Submission, chance: () => number): KeepRule | undefined {
  if (rules.length === 0) return undefined
  const facts = factsOf(submission)
  const rule = rules.find((each) => matches(each, facts))
  if (rule === undefined || rule.keepPercent >= 100) return undefined
  return rule.keepPercent > 0 && chance() * 100 < rule.keepPercent ? undefined : rule
}

function factsOf({ kind, dialect, sender, fields }: Submission): ReadonlyMap<string, string> {
  const own: readonly (readonly [OwnFact, string | undefined])[] = [
    ['@kind', kind],
    ['@dialect', dialect],
    ['@user-agent', sender.userAgent],
    ['@address', sender.address],
  ]
  const facts = new Map<string, string>()
  for (const [name, value] of [...own, ...fields]) {
    const lower = name.toLowerCase()
    if (value !== undefined && !facts.has(lower)) facts.set(lower, value)
  }
  return facts
}

function matches({ field, operator, value }: KeepRule, facts: ReadonlyMap<string, string>): boolean {
  if (field === null) return true
  const found = facts.get(field.toLowerCase())?.toLowerCase()
  if (operator === 'absent') return found === undefined
  if (found === undefined) return false
  return operator === 'equals' ? found === value.toLowerCase() : found.includes(value.toLowerCase())
}
