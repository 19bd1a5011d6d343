import type { WalkedFrame } from './frame.ts'
import { type FoundReturnAddress, scanStack } from './scan-stack.ts'
import type { ThreadWalk } from './walk.ts'

/** Frames of this CPU's compilers are seldom larger, so neither the search nor a saved frame pointer may go farther. */
const maxFrameBytes = 1024n

/** A return address and the frame pointer that was saved below it. */
export interface FoundFrame extends FoundReturnAddress {
  readonly framePointer: bigint | undefined
}

/**
 * Functions save ra at the top of their frame and fp right below it, so a return address counts only with a frame pointer below it that
 * points a little above (of Breakpad's `microdump-mips32.dmp` this leaves the call of `main` and drops an address of liblog that lay in
 * its frame). 64-bit code may save gp between the two; behind the innermost frame, where sp is certain, any return address is taken then.
 */
export function scanForFrame(
  walk: ThreadWalk,
  callee: WalkedFrame,
  stackPointer: bigint,
  isPlausible: (high: number, low: number) => boolean,
  words: number,
): FoundFrame | undefined {
  const pointer = BigInt(walk.stack.pointerBytes)
  const end = stackPointer + pointer * BigInt(words)
  let from = stackPointer
  while (from < end) {
    const found = scanStack(walk, callee, from, isPlausible, Number((end - from) / pointer))
    const framePointer = found && walk.stack.readPointer(found.slot - pointer)
    if (found === undefined || framePointer === undefined) break
    if (framePointer >= found.slot && framePointer - found.slot < maxFrameBytes) return { ...found, framePointer }
    from = found.slot + pointer
  }
  const first = callee.trust === 'context' ? scanStack(walk, callee, stackPointer, isPlausible, words) : undefined
  return first && { ...first, framePointer: undefined }
}
