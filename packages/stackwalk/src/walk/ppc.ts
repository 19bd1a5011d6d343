import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.ppc
/** Apple’s convention, the only one that minidumps of this CPU were written for. */
const returnAddressOffset = 8n

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/** The back chain: every function keeps its caller's r1 where its own r1 points, and its return address in the caller's frame. */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
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

/** The back chain is not optional on this CPU: where it ends, so does the stack. */
function callerByScan(): CallerRegisters | undefined {
  return undefined
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  const r1 = caller.get('r1') ?? 0n
  const calleeR1 = callee.registers.get('r1') ?? 0n
  return r1 > calleeR1 || (r1 === calleeR1 && callee.trust === 'context')
}

export const ppc: Unwinder = { registers, callBytes: 4n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
