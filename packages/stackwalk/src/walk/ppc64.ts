import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { callerByBackChain } from './ppc-back-chain.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.ppc64
/** Alike in the ELF and in Apple’s convention. */
const returnAddressOffset = 16n

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

/** Breakpad, the only other reader, goes back by two instructions; so that places agree, so do we. */
export const ppc64: Unwinder = { registers, callBytes: 8n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
