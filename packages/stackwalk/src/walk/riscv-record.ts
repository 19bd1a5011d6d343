import type { WalkedFrame } from './frame.ts'
import type { CallerRegisters } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

/**
 * With frame pointers s0 is the caller's sp, and the two words below it are the return address and the caller's s0. Without them
 * s0 is a register like any other, so its words must look like a frame: s0 above sp, and the caller's s0 above that or zero.
 */
export function callerByRecord(walk: ThreadWalk, callee: WalkedFrame, maxPointer: bigint): CallerRegisters | undefined {
  const pointer = BigInt(walk.stack.pointerBytes)
  const s0 = callee.registers.get('s0')
  const sp = callee.registers.get('sp')
  if (s0 === undefined || sp === undefined || s0 < sp + pointer * 2n || s0 > maxPointer) return undefined
  const callerPc = walk.stack.readPointer(s0 - pointer)
  const callerS0 = walk.stack.readPointer(s0 - pointer * 2n)
  if (callerPc === undefined || callerS0 === undefined || callerPc < 0x1000n) return undefined
  if (callerS0 !== 0n && (callerS0 <= s0 || !walk.stack.contains(callerS0 - pointer))) return undefined
  return new Map([
    ['pc', callerPc],
    ['sp', s0],
    ['s0', callerS0],
  ])
}
