import { applyArithmetic } from '../cfi/evaluate-cfi.ts'
import { maxExpressionDepth, maxWinProgramLength } from '../limits.ts'

type Value =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'undefined' }

/**
 * Runs the program of a `STACK WIN 4` record: postfix like CFI, with assignments to variables (`$eip .raSearch ^ =`) in 32-bit
 * arithmetic. Changes `variables`; `false` when the program fails, and then they are worth nothing.
 */
export function evaluateWinProgram(
  program: string,
  variables: Map<string, bigint>,
  memory: (address: bigint) => bigint | undefined,
): boolean {
  if (program.length > maxWinProgramLength) return false
  const stack: Value[] = []
  const number = (): bigint | undefined => {
    const top = stack.pop()
    if (top?.kind === 'name') return variables.get(top.name)
    return top?.kind === 'number' ? top.value : undefined
  }
  for (const token of programTokens(program)) {
    if (stack.length >= maxExpressionDepth) return false
    if (token === '=') {
      const from = stack.pop()
      const to = stack.pop()
      if (from === undefined || to?.kind !== 'name') return false
      if (from.kind === 'undefined') {
        variables.delete(to.name)
        continue
      }
      const value = from.kind === 'number' ? from.value : variables.get(from.name)
      if (value === undefined) return false
      variables.set(to.name, value)
    } else if (token === '^') {
      const address = number()
      const value = address === undefined ? undefined : memory(address)
      if (value === undefined) return false
      stack.push({ kind: 'number', value })
    } else if (token.length === 1 && '+-*/%@'.includes(token)) {
      const right = number()
      const left = number()
      const value = right === undefined || left === undefined ? undefined : applyArithmetic(token, left, right, 32)
      if (value === undefined) return false
      stack.push({ kind: 'number', value })
    } else {
      const value = operand(token)
      if (value === undefined) return false
      stack.push(value)
    }
  }
  return true
}

/** Some dumpers glue an assignment to what follows: `=$eip` is `=` and `$eip`. */
function programTokens(program: string): string[] {
  return program
    .split(/[ \t\r\n\f]+/)
    .flatMap((token) => (token.length > 1 && token.startsWith('=') ? ['=', token.slice(1)] : [token]))
    .filter((token) => token !== '')
}

function operand(token: string): Value | undefined {
  if (token === '.undef') return { kind: 'undefined' }
  if (token.startsWith('$') || token.startsWith('.')) return { kind: 'name', name: token }
  if (!/^[+-]?\d{1,10}$/.test(token)) return undefined
  const value = Number(token)
  if (value < -0x8000_0000 || value > 0x7fff_ffff) return undefined
  return { kind: 'number', value: BigInt.asUintN(32, BigInt(value)) }
}
