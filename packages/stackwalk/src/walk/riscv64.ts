import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { callerByRecord } from './riscv-record.ts'
import { scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.riscv64
const pointer = 8n
const maxPointer = 0xffff_ffff_ffff_ffffn

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/** A record below s0, where the program was compiled with them. */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return callerByRecord(walk, callee, maxPointer)
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

function isPlausible(high: number, low: number): boolean {
  return high !== 0 || low >= 0x1000
}

export const riscv64: Unwinder = { registers, callBytes: 4n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
