import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.arm
const pointer = 4n
const maxPointer = 0xffff_ffffn

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/**
 * Only iOS promises a frame record: r7 points to the caller's r7 and the return address. Elsewhere r7 and r11 hold anything, and Thumb
 * and ARM code do not even agree which of them it would be. An r7 of zero is the end of the stack: nothing may be scanned behind it.
 */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const r7 = callee.registers.get('r7')
  const sp = callee.registers.get('sp')
  if (!walk.isIos || r7 === undefined || sp === undefined || r7 >= maxPointer - pointer * 2n) return undefined
  const record = r7 === 0n ? [0n, 0n] : [walk.stack.readPointer(r7), walk.stack.readPointer(r7 + pointer)]
  const [callerR7, callerPc] = record
  if (callerR7 === undefined || callerPc === undefined) return undefined
  return new Map([
    ['pc', callerPc],
    ['sp', r7 === 0n ? sp : r7 + pointer * 2n],
    ['r7', callerR7],
  ])
}

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const sp = callee.registers.get('sp')
  const found = sp === undefined ? undefined : scanStack(walk, callee, sp, isPlausible)
  if (found === undefined || found.slot + pointer > maxPointer) return undefined
  return new Map([
    ['pc', found.value],
    ['sp', found.slot + pointer],
  ])
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  return isProgressOfLeaf(caller, callee, 'sp')
}

function isPlausible(_high: number, low: number): boolean {
  return low > 1
}

/** Thumb's short call instructions have two bytes. */
export const arm: Unwinder = { registers, callBytes: 2n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
