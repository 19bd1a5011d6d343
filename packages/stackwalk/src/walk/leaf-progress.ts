import type { WalkedFrame } from './frame.ts'
import type { CallerRegisters } from './unwinder.ts'

/**
 * For CPUs whose calls leave the return address in a register: a leaf function may not have moved the stack pointer, and only the innermost
 * function is one.
 */
export function isProgressOfLeaf(caller: CallerRegisters, callee: WalkedFrame, stackPointer: string): boolean {
  const sp = caller.get(stackPointer) ?? 0n
  const calleeSp = callee.registers.get(stackPointer) ?? 0n
  return sp > calleeSp || (sp === calleeSp && callee.trust === 'context')
}
