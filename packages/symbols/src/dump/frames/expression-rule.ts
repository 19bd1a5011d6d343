import type { Cursor } from '../cursor.ts'
import { maxExpressionBytes, maxExpressionChars } from './limits.ts'

const opDeref = 0x06
const binary: Readonly<Record<number, string>> = { 28: '-', 30: '*', 34: '+' }
const opAnd = 0x1a
const opPlusConst = 0x23
const opLit0 = 0x30
const opReg0 = 0x50
const opBreg0 = 0x70
const opBregx = 0x92

/** A DWARF expression as a postfix rule, as far as rules can say it: registers, constants, sums, products, loads, alignment. `initial` is on the stack at first. */
export function expressionRule(cursor: Cursor, end: number, names: readonly string[], initial: string | undefined): string | undefined {
  if (end - cursor.position > maxExpressionBytes) return undefined
  const stack: string[] = initial === undefined ? [] : [initial]
  const constants: (number | undefined)[] = initial === undefined ? [] : [undefined]
  const push = (text: string, constant?: number): void => {
    stack.push(text)
    constants.push(constant)
  }
  const register = (number: number): string | undefined => names[number] || undefined
  while (cursor.position < end) {
    const op = cursor.u8()
    if (op >= opBreg0 && op < opBreg0 + 32) {
      const name = register(op - opBreg0)
      const offset = cursor.sleb()
      if (name === undefined) return undefined
      push(offset === 0 ? name : `${name} ${offset} +`)
    } else if (op === opBregx) {
      const name = register(cursor.uleb())
      const offset = cursor.sleb()
      if (name === undefined) return undefined
      push(`${name} ${offset} +`)
    } else if (op >= opLit0 && op < opReg0) push(String(op - opLit0), op - opLit0)
    else if (op >= 0x08 && op <= 0x11) {
      const constant = readConstant(cursor, op)
      push(String(constant), constant)
    } else if (op === opPlusConst || op === opDeref) {
      const [top] = [stack.pop(), constants.pop()]
      if (top === undefined) return undefined
      push(op === opDeref ? `${top} ^` : `${top} ${cursor.uleb()} +`)
    } else if (op === opAnd || binary[op] !== undefined) {
      const [right, constant] = [stack.pop(), constants.pop()]
      const left = stack.pop()
      constants.pop()
      if (left === undefined || right === undefined) return undefined
      if (op !== opAnd) push(`${left} ${right} ${binary[op]}`)
      else if (constant !== undefined && constant < 0 && Number.isInteger(Math.log2(-constant))) push(`${left} ${-constant} @`)
      else return undefined
    } else return undefined
    if (stack.reduce((sum, text) => sum + text.length, 0) > maxExpressionChars) return undefined
  }
  return stack.length > 0 ? stack.at(-1) : undefined
}

function readConstant(cursor: Cursor, op: number): number {
  switch (op - 0x08) {
    case 0:
      return cursor.u8()
    case 1:
      return cursor.i8()
    case 2:
      return cursor.u16()
    case 3:
      return (cursor.u16() << 16) >> 16
    case 4:
      return cursor.u32()
    case 5:
      return cursor.i32()
    case 6:
      return cursor.u64()
    case 7:
      return cursor.i64()
    case 8:
      return cursor.uleb()
    default:
      return cursor.sleb()
  }
}

/**
 * What linkers write for procedure linkage tables: eight (or four) bytes more on the stack from some byte of each 16 on. `stack + base`, and one
 * more word where address modulo 16 is at least `threshold`.
 */
export interface LinkageTableRule {
  readonly register: number
  readonly base: number
  readonly threshold: number
  readonly word: number
}

/** Recognises `breg SP n; breg IP 0; lit15; and; lit T; ge; lit S; shl; plus`. */
export function linkageTableRule(bytes: Uint8Array, start: number, end: number): LinkageTableRule | undefined {
  const op = (index: number): number => bytes[start + index] ?? 0
  if (end - start !== 11) return undefined
  const [threshold, shift] = [op(6) - opLit0, op(8) - opLit0]
  const fits =
    op(0) >= opBreg0 &&
    op(0) < opBreg0 + 32 &&
    op(1) < 0x40 &&
    op(2) >= opBreg0 &&
    op(2) < opBreg0 + 32 &&
    op(3) === 0 &&
    op(4) === opLit0 + 15
  const calculates = op(5) === opAnd && op(7) === 0x2a && op(9) === 0x24 && op(10) === 0x22
  if (!fits || !calculates || threshold < 1 || threshold > 15 || shift < 2 || shift > 3) return undefined
  return { register: op(0) - opBreg0, base: op(1), threshold, word: 2 ** shift }
}
