import { maxCfiTokens } from '../limits.ts'

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
}

/** Later rules win. `undefined` for text that is no list of rules, has no `.cfa` or no `.ra`, or is larger than any real record. */
export function parseCfiRules(text: CfiRuleText): CfiRules | undefined {
  const rules = new Map<string, string[]>()
  let tokens = 0
  for (const line of [text.init, ...text.deltas.map((delta) => delta.rules)]) {
    const parsed = addRules(line, rules, maxCfiTokens - tokens)
    if (parsed === undefined) return undefined
    tokens += parsed
  }
  const cfa = rules.get('.cfa')
  const ra = rules.get('.ra')
  if (cfa === undefined || ra === undefined) return undefined
  rules.delete('.cfa')
  rules.delete('.ra')
  return { cfa, ra, registers: rules }
}

function addRules(line: string, rules: Map<string, string[]>, budget: number): number | undefined {
  // A token needs two characters, so a longer line cannot fit the budget; this bounds the split as well.
  if (line.length > budget * 16) return undefined
  const tokens = line.split(/[ \t\r\n\f]+/).filter((token) => token !== '')
  if (tokens.length > budget) return undefined
  let expression: string[] | undefined
  for (const token of tokens) {
    if (token.endsWith(':')) {
      if (expression?.length === 0) return undefined
      expression = []
      // x86 and amd64 dumpers write `$rbx:`, the others `x19:`.
      rules.set(token.startsWith('$') ? token.slice(1, -1) : token.slice(0, -1), expression)
    } else {
      if (expression === undefined) return undefined
      expression.push(token)
    }
  }
  return expression === undefined || expression.length === 0 ? undefined : tokens.length
}
