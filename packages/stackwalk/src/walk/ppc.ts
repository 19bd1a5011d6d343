import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { callerByBackChain } from './ppc-back-chain.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.ppc
/** Apple’s convention, the only one that minidumps of this CPU were written for. */
const returnAddressOffset = 8n

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return callerByBackChain(walk, callee, returnAddressOffset)
}

/** The back chain is not optional on this CPU: where it ends, so does the stack. */
function callerByScan(): CallerRegisters | undefined {
  return undefined
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  return isProgressOfLeaf(caller, callee, 'r1')
}

export const ppc: Unwinder = { registers, callBytes: 4n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
