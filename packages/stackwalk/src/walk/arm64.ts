import { unwindByCfi } from '../cfi/unwind-cfi.ts'
import { type RegisterSet, registerSets } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import { scanStack } from './scan-stack.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { DumpWalk, ThreadWalk } from './walk.ts'

const registers: RegisterSet = registerSets.arm64
const pointer = 8n
const maxPointer = 0xffff_ffff_ffff_ffffn

function callerByCfi(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  // After unwinding by frame pointer lr is what the caller's frame record says, which is right only before the function has called anything.
  const lrIsGuess = callee.trust === 'frame_pointer'
  const caller = unwindByCfi(walk, callee, registers, (register) => lrIsGuess && register === 'lr')
  for (const name of ['pc', 'lr', 'fp']) {
    const value = caller?.get(name)
    if (value !== undefined) caller?.set(name, stripPointer(walk, value))
  }
  return caller
}

/**
 * A frame record is the caller's fp and the return address. A leaf function has none, and then fp is its caller's: the walk misses one
 * frame and is right again.
 */
function callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const fp = callee.registers.get('fp')
  const sp = callee.registers.get('sp')
  if (fp === undefined || sp === undefined || fp === 0n || fp >= maxPointer - pointer * 2n) return undefined
  const savedFp = walk.stack.readPointer(fp)
  const savedPc = walk.stack.readPointer(fp + pointer)
  if (savedFp === undefined || savedPc === undefined) return undefined
  const callerFp = stripPointer(walk, savedFp)
  const callerPc = stripPointer(walk, savedPc)
  if (callerPc < 0x1000n || callerPc > 0x000f_ffff_ffff_ffffn) return undefined
  const caller: CallerRegisters = new Map([
    ['pc', callerPc],
    ['sp', fp + pointer * 2n],
    ['fp', callerFp],
  ])
  const lr = callerFp === 0n ? undefined : walk.stack.readPointer(callerFp + pointer)
  if (lr !== undefined) caller.set('lr', stripPointer(walk, lr))
  return caller
}

function callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined {
  const sp = callee.registers.get('sp')
  const found = sp === undefined ? undefined : scanStack(walk, callee, sp, isPlausible)
  if (found === undefined) return undefined
  return new Map([
    ['pc', found.value],
    ['sp', found.slot + pointer],
  ])
}

/** A leaf function may not have moved sp, nor has any function at its first instruction; then pc must have changed. */
function isProgress(caller: CallerRegisters, byCfi: boolean, callee: WalkedFrame): boolean {
  const sp = caller.get('sp') ?? 0n
  const calleeSp = callee.registers.get('sp') ?? 0n
  if (sp !== calleeSp) return sp > calleeSp
  return caller.get('pc') !== callee.registers.get('pc') && (callee.trust === 'context' || byCfi)
}

/**
 * Takes the signature of pointer authentication out of an address. Apple signs with the upper 17 bits; where modules lie higher, as many
 * bits as they need are kept. A writer that knows (Crashpad on iOS asks the kernel) is believed.
 */
function stripPointer(walk: DumpWalk, address: bigint): bigint {
  if (walk.addressBits !== undefined) return address & walk.addressBits
  const appleHighest = 1n << 47n
  if (walk.highestModuleEnd <= appleHighest) return address & (appleHighest - 1n)
  const bits = (walk.highestModuleEnd - 1n).toString(2).length
  return address & ((1n << BigInt(bits)) - 1n)
}

function isPlausible(high: number, low: number): boolean {
  return high <= 0x000f_ffff && (high !== 0 || low >= 0x1000)
}

export const arm64: Unwinder = { registers, callBytes: 4n, callerByCfi, callerByFramePointer, callerByScan, isProgress }
