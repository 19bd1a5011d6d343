import { scanWords, scanWordsAfterCertainFrame } from '../limits.ts'
import type { WalkedFrame } from './frame.ts'
import type { ThreadWalk } from './walk.ts'

/** A word of the stack that looks like a return address. */
export interface FoundReturnAddress {
  readonly slot: bigint
  readonly value: bigint
  /** The word below it on the stack, when the scan went over it. */
  readonly wordBelow: bigint | undefined
}

/**
 * Looks from the callee's stack pointer upwards for the first word that points behind an instruction of a module, and, where the module
 * has symbols, of a function. `isPlausible` says whether a pair of halves can be code on this CPU at all; `words` is how many are looked at.
 */
export function scanStack(
  walk: ThreadWalk,
  callee: WalkedFrame,
  stackPointer: bigint,
  isPlausible: (high: number, low: number) => boolean,
  words: number = callee.trust === 'context' || callee.trust === 'cfi' ? scanWordsAfterCertainFrame : scanWords,
): FoundReturnAddress | undefined {
  const stack = walk.stack
  const distance = stackPointer - stack.startAddress
  if (distance < 0n || distance >= BigInt(stack.size)) return undefined
  const first = Number(distance)
  for (let word = 0; word < words; word++) {
    const offset = first + word * stack.pointerBytes
    if (!stack.readWord(offset)) return undefined
    if (!isPlausible(stack.high, stack.low) || !isBehindCode(walk, stack.high, stack.low)) continue
    const value = stack.word()
    const below = word > 0 && stack.readWord(offset - stack.pointerBytes) ? stack.word() : undefined
    return { slot: stackPointer + BigInt(word * stack.pointerBytes), value, wordBelow: below }
  }
  return undefined
}

/**
 * The byte before must be code: after a call that never returns, the return address itself may lie behind the function's end
 * (seen with `+[NSThread exit]`).
 */
function isBehindCode(walk: ThreadWalk, high: number, low: number): boolean {
  const moduleIndex = low === 0 ? walk.modules.findHalves(high - 1, 0xffff_ffff) : walk.modules.findHalves(high, low - 1)
  if (moduleIndex < 0) return false
  const offset = walk.modules.foundOffset
  const symbols = walk.symbols.symbols(moduleIndex)
  return symbols === undefined || symbols.hasFunction(offset)
}
