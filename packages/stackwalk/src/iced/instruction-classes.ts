import type { IcedInstruction } from './iced-instruction.ts'
import { Flow } from './iced-numbers.ts'

/**
 * Instructions of which rust-minidump derives every access: those seen in crashes often, and `ucomiss`, seen in dumps of broken
 * processors (Mozilla's bug 1831370). Conditional jumps belong to them: they access nothing.
 */
const known: ReadonlySet<string> = new Set('add call cmp dec inc jmp lea mov movaps movups pop push retf ret sub ucomiss'.split(' '))

export function accessIsKnown(instruction: IcedInstruction): boolean {
  if (instruction.isFarCall) return false
  return known.has(instruction.mnemonic) || (instruction.flow === Flow.ConditionalBranch && instruction.isConditionalJump)
}

/** `movaps` also faults on an address that is not aligned. */
export function faultsOnlyOnAddress(instruction: IcedInstruction): boolean {
  return instruction.mnemonic !== 'movaps'
}

export function isDivision(instruction: IcedInstruction): boolean {
  return instruction.mnemonic === 'div' || instruction.mnemonic === 'idiv'
}

/** What may be forbidden to a program though not always: ports, interrupts, counters, far returns, control registers. */
const sometimesPrivileged: ReadonlySet<string> = new Set(
  'in insb insw insd int int1 int3 into iret iretd iretq monitor mov mwait out outsb outsw outsd rdpmc rdtsc rdtscp retf vmcall xsetbv'.split(
    ' ',
  ),
)

export function isPrivileged(instruction: IcedInstruction): boolean {
  return instruction.isPrivileged || sometimesPrivileged.has(instruction.mnemonic)
}
