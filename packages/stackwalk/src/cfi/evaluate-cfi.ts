import { maxExpressionDepth } from '../limits.ts'

/** What an expression can read: registers of the callee and words of its stack. */
export interface CfiInput {
  register(name: string): bigint | undefined
  memory(address: bigint): bigint | undefined
}

const minInt64 = -(1n << 63n)
const maxInt64 = (1n << 63n) - 1n

/**
 * Value of a postfix expression in wrapping 64-bit arithmetic, or `undefined` when it cannot be had: an unknown register, memory outside
 * of the stack, a division by zero, `.undef`, or text that is no expression. `cfa` is undefined while the CFA itself is computed.
 */
export function evaluateCfi(tokens: readonly string[], input: CfiInput, cfa: bigint | undefined): bigint | undefined {
  const stack: bigint[] = []
  for (const token of tokens) {
    const value = isOperator(token) ? applyOperator(token, stack, input) : operand(token, input, cfa)
    if (value === undefined || stack.length >= maxExpressionDepth) return undefined
    stack.push(value)
  }
  return stack.length === 1 ? stack[0] : undefined
}

function isOperator(token: string): boolean {
  return token.length === 1 && '+-*/%@^'.includes(token)
}

function applyOperator(operator: string, stack: bigint[], input: CfiInput): bigint | undefined {
  const right = stack.pop()
  if (right === undefined) return undefined
  if (operator === '^') return input.memory(right)
  const left = stack.pop()
  return left === undefined ? undefined : applyArithmetic(operator, left, right, 64)
}

/** `@` aligns the left value down to the right one, which must be a power of two. Shared with STACK WIN, which has 32 bits. */
export function applyArithmetic(operator: string, left: bigint, right: bigint, bits: 32 | 64): bigint | undefined {
  switch (operator) {
    case '+':
      return BigInt.asUintN(bits, left + right)
    case '-':
      return BigInt.asUintN(bits, left - right)
    case '*':
      return BigInt.asUintN(bits, left * right)
    case '/':
      return right === 0n ? undefined : left / right
    case '%':
      return right === 0n ? undefined : left % right
    case '@':
      return right === 0n || (right & (right - 1n)) !== 0n ? undefined : left - (left % right)
    default:
      return undefined
  }
}

function operand(token: string, input: CfiInput, cfa: bigint | undefined): bigint | undefined {
  if (token === '.cfa') return cfa
  if (token === '.undef') return undefined
  const dollar = token.indexOf('$')
  if (dollar >= 0) return input.register(token.slice(dollar + 1))
  return /^[+-]?\d{1,19}$/.test(token) ? integer(token) : input.register(token)
}

function integer(token: string): bigint | undefined {
  const value = BigInt(token.startsWith('+') ? token.slice(1) : token)
  return value < minInt64 || value > maxInt64 ? undefined : BigInt.asUintN(64, value)
}
