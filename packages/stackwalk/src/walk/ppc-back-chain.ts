import type { WalkedFrame } from './frame.ts'
import type { CallerRegisters } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

/** Every function keeps its caller's r1 where its own r1 points, and its return address in the caller's frame. */
export function callerByBackChain(walk: ThreadWalk, callee: WalkedFrame, returnAddressOffset: bigint): CallerRegisters | undefined {
  const r1 = callee.registers.get('r1')
  const callerR1 = r1 === undefined ? undefined : walk.stack.readPointer(r1)
  if (r1 === undefined || callerR1 === undefined || callerR1 <= r1) return undefined
  const callerPc = walk.stack.readPointer(callerR1 + returnAddressOffset)
  if (callerPc === undefined) return undefined
  return new Map([
    ['srr0', callerPc],
    ['r1', callerR1],
  ])
}
