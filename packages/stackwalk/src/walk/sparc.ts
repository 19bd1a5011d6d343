import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.sparc
const stackPointer = 'g_r14'
const framePointer = 'g_r30'
/** %i7: the address of the call, not the one behind it. */
const callAddress = 'g_r31'
/** `call` and its delay slot. */
const callBytes = 8n

/** Where %i6 and %i7 lie in the sixteen words that a register window is saved to, at its stack pointer. */
const savedFramePointer = 56n
const savedCallAddress = 60n

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/**
 * A function's %i6 is its caller's stack pointer, and there the kernel has saved the caller's own window when it wrote the context.
 * The window of the outermost function has zeros.
 */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const callerSp = callee.registers.get(framePointer)
  const call = callee.registers.get(callAddress)
  const sp = callee.registers.get(stackPointer)
  if (callerSp === undefined || call === undefined || sp === undefined || callerSp <= sp) return undefined
  const caller: CallerRegisters = new Map([
    ['pc', call + callBytes],
    [stackPointer, callerSp],
  ])
  const fp = walk.stack.readPointer(callerSp + savedFramePointer)
  const i7 = walk.stack.readPointer(callerSp + savedCallAddress)
  if (fp !== undefined) caller.set(framePointer, fp)
  if (i7 !== undefined) caller.set(callAddress, i7)
  return call < callBytes ? undefined : caller
}

/** Register windows are not optional on this CPU: where their chain ends, so does the stack. */
function callerByScan(): CallerRegisters | undefined {
  return undefined
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  const sp = caller.get(stackPointer) ?? 0n
  const calleeSp = callee.registers.get(stackPointer) ?? 0n
  return sp > calleeSp || (sp === calleeSp && callee.trust === 'context')
}

export const sparc: Unwinder = { registers, callBytes, callerByCfi, callerByFramePointer, callerByScan, isProgress }
