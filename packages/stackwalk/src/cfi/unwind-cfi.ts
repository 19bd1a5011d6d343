import { maxCachedCfiRules, maxCachedCfiTokens } from '../limits.ts'
import type { RegisterSet } from '../register-set.ts'
import type { WalkedFrame } from '../walk/frame.ts'
import type { ThreadWalk } from '../walk/walk.ts'
import { type CfiRules, parseCfiRules } from './cfi-rules.ts'
import { evaluateCfi } from './evaluate-cfi.ts'

/**
 * The caller's registers by the `STACK CFI` rules at the callee's instruction. A register that no rule mentions and that functions must
 * preserve is the callee's, also when its rule gives more bits than it has; one whose rule fails is unknown, but for the two that `.cfa` and `.ra` give. The result is not checked: rules are trusted more than plausibility.
 *
 * `isGuess` names registers that the callee has by a heuristic; they are used only where the rules start, which is where nothing
 * has changed them yet.
 */
export function unwindByCfi(
  walk: ThreadWalk,
  callee: WalkedFrame,
  set: RegisterSet,
  isGuess: (register: string) => boolean,
): Map<string, bigint> | undefined {
  const place = callee.symbols
  if (place === undefined) return undefined
  const found = rulesAt(walk, place.moduleIndex, place.moduleOffset)
  if (found?.rules === undefined) return undefined
  const atStart = found.startOffset === place.moduleOffset
  const input = {
    register: (name: string): bigint | undefined => {
      const register = set.aliases.get(name) ?? name
      return !atStart && isGuess(register) ? undefined : callee.registers.get(register)
    },
    memory: (address: bigint): bigint | undefined => walk.stack.readPointer(address),
  }
  const limit = set.pointerBytes === 4 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn
  const cfa = evaluateCfi(found.rules.cfa, input, undefined)
  const ra = cfa === undefined ? undefined : evaluateCfi(found.rules.ra, input, cfa)
  if (cfa === undefined || ra === undefined || cfa > limit || ra > limit) return undefined

  const caller = preserved(callee, set)
  caller.set(set.stackPointer, cfa)
  caller.set(set.instructionPointer, ra)
  for (const [name, expression] of found.rules.registers) {
    const register = set.aliases.get(name) ?? name
    if (!set.all.has(register)) continue
    const value = evaluateCfi(expression, input, cfa)
    if (value === undefined) {
      if (register !== set.stackPointer && register !== set.instructionPointer) caller.delete(register)
    } else if (value <= limit) {
      caller.set(register, value)
    }
  }
  return caller
}

function preserved(callee: WalkedFrame, set: RegisterSet): Map<string, bigint> {
  const caller = new Map<string, bigint>()
  for (const name of set.calleeSaved) {
    const value = callee.registers.get(name)
    if (value !== undefined) caller.set(name, value)
  }
  return caller
}

function rulesAt(walk: ThreadWalk, moduleIndex: number, offset: number): { startOffset: number; rules: CfiRules | undefined } | undefined {
  const key = `${moduleIndex}:${offset}`
  if (walk.cfiRules.has(key)) return walk.cfiRules.get(key)
  const record = walk.symbols.symbols(moduleIndex)?.cfiAt(offset)
  const found = record === undefined ? undefined : { startOffset: record.startOffset, rules: parseCfiRules(record) }
  if (found?.rules !== undefined && found.rules.tokenCount > maxCachedCfiTokens) return found
  if (walk.cfiRules.size >= maxCachedCfiRules) walk.cfiRules.clear()
  walk.cfiRules.set(key, found)
  return found
}
