import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { maxFrameGapBytes } from '../limits.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import { unwindByWin } from '../win/unwind-win.ts'
import type { WalkedFrame } from './frame.ts'
import { type FoundReturnAddress, scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.x86
const pointer = 4n
const maxPointer = 0xffff_ffffn

/** STACK WIN where there is some, else STACK CFI. */
function callerByCfi(walk: ThreadWalk, callee: WalkedFrame, calleeOfCallee: WalkedFrame | undefined): CallerRegisters | undefined {
  const place = callee.symbols
  const record = place && walk.symbols.symbols(place.moduleIndex)?.winAt(place.moduleOffset)
  const byWin =
    record &&
    unwindByWin(record, {
      register: (name) => callee.registers.get(name),
      memory: (address) => walk.stack.readPointer(address),
      isContext: calleeOfCallee === undefined,
      parameterSizeOfItsCallee: calleeOfCallee?.symbols?.function?.parameterSize ?? 0,
    })
  return byWin ?? unwindByCfi(walk, callee, registers, () => false)
}

/**
 * `push ebp; mov ebp, esp`. Nothing is checked here: being strict makes the scanner invent frames behind the end of good stacks
 * (Breakpad's `minidump2.dmp` is one).
 */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const ebp = callee.registers.get('ebp')
  if (ebp === undefined || ebp >= maxPointer - pointer * 2n) return undefined
  const callerEip = walk.stack.readPointer(ebp + pointer)
  const callerEbp = walk.stack.readPointer(ebp)
  if (callerEip === undefined || callerEbp === undefined) return undefined
  return new Map([
    ['eip', callerEip],
    ['esp', ebp + pointer * 2n],
    ['ebp', callerEbp],
  ])
}

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const esp = callee.registers.get('esp')
  if (esp === undefined) return undefined
  const found = scanStack(walk, callee, esp, isPlausible)
  if (found === undefined || found.slot + pointer > maxPointer) return undefined
  const caller: CallerRegisters = new Map([
    ['eip', found.value],
    ['esp', found.slot + pointer],
  ])
  const ebp = recoverFramePointer(walk, callee, found)
  if (ebp !== undefined) caller.set('ebp', ebp)
  return caller
}

/** A word below the return address that points a little above it is a pushed ebp; else the callee may have left ebp alone. */
function recoverFramePointer(walk: ThreadWalk, callee: WalkedFrame, found: FoundReturnAddress): bigint | undefined {
  const pushed = found.wordBelow
  if (pushed === undefined) return undefined
  const slot = found.slot - pointer
  if (pushed > found.slot && pushed - slot <= BigInt(maxFrameGapBytes)) return walk.stack.contains(pushed) ? pushed : undefined
  const ebp = callee.registers.get('ebp')
  return ebp !== undefined && ebp >= found.slot + pointer && walk.stack.contains(ebp) ? ebp : undefined
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  return (caller.get('esp') ?? 0n) > (callee.registers.get('esp') ?? 0n)
}

function isPlausible(_high: number, low: number): boolean {
  return low > 1
}

export const x86: Unwinder = { registers, callBytes: 1n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
