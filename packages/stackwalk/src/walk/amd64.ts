import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { maxFrameGapBytes } from '../limits.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { type FoundReturnAddress, scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.amd64
const pointer = 8n
const maxPointer = 0xffff_ffff_ffff_ffffn

// On Windows rbp may point up to 240 bytes into the frame, in steps of 16 (UNWIND_INFO.FrameOffset), so its pair of
// saved rbp and return address is looked for in that many places.
const windowsFrameSteps = 15
const windowsFrameStep = 16n

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  return unwindByCfi(walk, callee, registers, () => false)
}

/** `push rbp; mov rbp, rsp`: the caller's rbp lies where rbp points, the return address above it. */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const rbp = callee.registers.get('rbp')
  const rsp = callee.registers.get('rsp')
  if (rbp === undefined || rsp === undefined || rbp >= maxPointer - pointer * 2n) return undefined
  const steps = walk.isWindows ? windowsFrameSteps : 0
  for (let step = 0; step <= steps; step++) {
    const pair = rbp + BigInt(step) * windowsFrameStep
    const callerRip = walk.stack.readPointer(pair + pointer)
    const callerRbp = walk.stack.readPointer(pair)
    if (callerRip === undefined || callerRbp === undefined) return undefined
    const callerRsp = pair + pointer * 2n
    if (callerRbp < callerRsp) continue
    if (!walk.stack.contains(callerRbp)) return undefined
    if (!isCanonical(callerRip) || callerRsp <= rsp || !walk.stack.contains(callerRsp)) continue
    return new Map([
      ['rip', callerRip],
      ['rsp', callerRsp],
      ['rbp', callerRbp],
    ])
  }
  return undefined
}

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const rsp = callee.registers.get('rsp')
  if (rsp === undefined) return undefined
  const found = scanStack(walk, callee, rsp, isPlausible)
  if (found === undefined) return undefined
  const caller: CallerRegisters = new Map([
    ['rip', found.value],
    ['rsp', found.slot + pointer],
  ])
  const rbp = recoverFramePointer(walk, callee, found)
  if (rbp !== undefined) caller.set('rbp', rbp)
  return caller
}

/** Either the callee pushed rbp right below its return address and rbp points there, or it left it alone and rbp points above. */
function recoverFramePointer(walk: ThreadWalk, callee: WalkedFrame, found: FoundReturnAddress): bigint | undefined {
  const rbp = callee.registers.get('rbp')
  const pushed = found.wordBelow
  if (rbp === undefined || pushed === undefined) return undefined
  const slot = found.slot - pointer
  if (rbp === slot && pushed > found.slot && pushed - slot <= BigInt(maxFrameGapBytes)) {
    return walk.stack.contains(pushed) ? pushed : undefined
  }
  return rbp >= found.slot + pointer ? rbp : undefined
}

function isProgress(caller: CallerRegisters, _byCfi: boolean, callee: WalkedFrame): boolean {
  return (caller.get('rsp') ?? 0n) > (callee.registers.get('rsp') ?? 0n)
}

/** Bits 47 to 63 of an address are equal; five-level page tables are opt-in and no program of note opts in. */
function isCanonical(address: bigint): boolean {
  return address <= 0x7fff_ffff_ffffn || address >= 0xffff_8000_0000_0000n
}

function isPlausible(high: number, low: number): boolean {
  return (high <= 0x7fff || high >= 0xffff_8000) && (high !== 0 || low > 1)
}

export const amd64: Unwinder = { registers, callBytes: 1n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
