import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { isProgressOfLeaf } from './leaf-progress.ts'
import { scanForFrame } from './mips-scan.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.mips
const pointer = 4n
const maxPointer = 0xffff_ffffn

/** The o32 convention gives every function that calls another one room for four arguments at the bottom of its frame. */
const argumentWords = 4
const scanWords = 1024 / 4

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/** fp alone tells nothing: it is the bottom of a frame of unknown size. */
function callerByFramePointer(): CallerRegisters | undefined {
  return undefined
}

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const sp = callee.registers.get('sp')
  if (sp === undefined) return undefined
  const skipped = callee.trust === 'context' ? 0 : argumentWords
  const found = scanForFrame(walk, callee, sp + pointer * BigInt(skipped), isPlausible, scanWords - skipped)
  if (found === undefined || found.slot + pointer > maxPointer) return undefined
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

function isPlausible(_high: number, low: number): boolean {
  return low >= 0x1000
}

/** `jal` returns behind its delay slot. */
export const mips: Unwinder = { registers, callBytes: 8n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
