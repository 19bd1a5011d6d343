import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { scanForFrame } from './mips-scan.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.mips64
const pointer = 8n
const scanWords = 1024 / 8

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/** fp alone tells nothing: it is the bottom of a frame of unknown size. */
function callerByFramePointer(): CallerRegisters | undefined {
  return undefined
}

/** The n64 convention passes eight arguments in registers and reserves no room for them. */
function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const sp = callee.registers.get('sp')
  const found = sp === undefined ? undefined : scanForFrame(walk, callee, sp, isPlausible, scanWords)
  if (found === undefined) return undefined
  const caller: CallerRegisters = new Map([
    ['pc', found.value],
    ['sp', found.slot + pointer],
  ])
  if (found.framePointer !== undefined) caller.set('fp', found.framePointer)
  return caller
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  return isProgressOfLeaf(caller, callee, 'sp')
}

function isPlausible(high: number, low: number): boolean {
  return high !== 0 || low >= 0x1000
}

/** `jal` returns behind its delay slot; instructions have four bytes here as well. */
export const mips64: Unwinder = { registers, callBytes: 8n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
