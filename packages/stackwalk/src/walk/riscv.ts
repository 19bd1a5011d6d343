import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.riscv
const pointer = 4n
const maxPointer = 0xffff_ffffn

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/**
 * With frame pointers s0 is the caller's sp, and the two words below it are the return address and the caller's s0. Without them
 * s0 is a register like any other, so its words must look like a frame: s0 above sp, and the caller's s0 above that or zero.
 */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
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

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const sp = callee.registers.get('sp')
  const found = sp === undefined ? undefined : scanStack(walk, callee, sp, isPlausible)
  if (found === undefined || found.slot + pointer > maxPointer) return undefined
  return new Map([
    ['pc', found.value],
    ['sp', found.slot + pointer],
  ])
}

/** A leaf function keeps its return address in ra and may not have moved sp; only the innermost function is one. */
function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  const sp = caller.get('sp') ?? 0n
  const calleeSp = callee.registers.get('sp') ?? 0n
  return sp > calleeSp || (sp === calleeSp && callee.trust === 'context')
}

function isPlausible(_high: number, low: number): boolean {
  return low >= 0x1000
}

export const riscv: Unwinder = { registers, callBytes: 4n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
