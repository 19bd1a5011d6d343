import { maxCfiTokens, maxKnownRuleLength, maxKnownRuleLines } from '../limits.ts'

/** One look of a `STACK CFI` record: an INIT line and the later lines that apply. */
export interface CfiRuleText {
  readonly init: string
  readonly deltas: readonly { readonly rules: string }[]
}

/** Expressions as tokens, by the name of what they recover; `.cfa` and `.ra` are apart because nothing works without them. */
export interface CfiRules {
  readonly cfa: readonly string[]
  readonly ra: readonly string[]
  readonly registers: ReadonlyMap<string, readonly string[]>
  /** Of all rules. */
  readonly tokenCount: number
}

interface RuleLine {
  readonly rules: readonly (readonly [name: string, expression: readonly string[]])[]
  readonly tokenCount: number
}

/** Lines taken apart before: of the hundred thousand lines of a symbol file a few hundred are different. */
const knownLines = new Map<string, RuleLine | undefined>()

/** Later rules win. `undefined` for text that is no list of rules, has no `.cfa` or no `.ra`, or is larger than any real record. */
export function parseCfiRules(text: CfiRuleText): CfiRules | undefined {
  const rules = new Map<string, readonly string[]>()
  let budget = maxCfiTokens
  const add = (line: string): boolean => {
    // A token needs two characters, so a longer line cannot fit the budget; this bounds the split as well.
    const parsed = line.length > budget * 16 ? undefined : ruleLine(line)
    if (parsed === undefined || parsed.tokenCount > budget) return false
    budget -= parsed.tokenCount
    for (const [name, expression] of parsed.rules) rules.set(name, expression)
    return true
  }
  if (!add(text.init)) return undefined
  for (const delta of text.deltas) if (!add(delta.rules)) return undefined
  const cfa = rules.get('.cfa')
  const ra = rules.get('.ra')
  if (cfa === undefined || ra === undefined) return undefined
  rules.delete('.cfa')
  rules.delete('.ra')
  return { cfa, ra, registers: rules, tokenCount: maxCfiTokens - budget }
}

function ruleLine(line: string): RuleLine | undefined {
  if (line.length > maxKnownRuleLength) return splitLine(line)
  const known = knownLines.get(line)
  if (known !== undefined || knownLines.has(line)) return known
  const parsed = splitLine(line)
  if (knownLines.size >= maxKnownRuleLines) knownLines.clear()
  knownLines.set(line, parsed)
  return parsed
}

function splitLine(line: string): RuleLine | undefined {
  const tokens = line.split(/[ \t\r\n\f]+/).filter((token) => token !== '')
  const rules: [name: string, expression: string[]][] = []
  let expression: string[] | undefined
  for (const token of tokens) {
    if (token.endsWith(':')) {
      if (expression?.length === 0) return undefined
      expression = []
      // x86 and amd64 dumpers write `$rbx:`, the others `x19:`.
      rules.push([token.startsWith('$') ? token.slice(1, -1) : token.slice(0, -1), expression])
    } else {
      if (expression === undefined) return undefined
      expression.push(token)
    }
  }
  return expression === undefined || expression.length === 0 ? undefined : { rules, tokenCount: tokens.length }
}
