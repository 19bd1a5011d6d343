import { FlowControl, type Instruction, Mnemonic } from 'iced-x86'

/**
 * Instructions of which rust-minidump derives every access: those seen in crashes often, and `ucomiss`, seen in dumps of broken
 * processors (Mozilla's bug 1831370). Conditional jumps belong to them: they access nothing.
 */
const known: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.Add,
  Mnemonic.Call,
  Mnemonic.Cmp,
  Mnemonic.Dec,
  Mnemonic.Inc,
  Mnemonic.Jmp,
  Mnemonic.Lea,
  Mnemonic.Mov,
  Mnemonic.Movaps,
  Mnemonic.Movups,
  Mnemonic.Pop,
  Mnemonic.Push,
  Mnemonic.Retf,
  Mnemonic.Ret,
  Mnemonic.Sub,
  Mnemonic.Ucomiss,
])

export function accessIsKnown(instruction: Instruction): boolean {
  if (instruction.isCallFar || instruction.isCallFarIndirect) return false
  return known.has(instruction.mnemonic) || (instruction.flowControl === FlowControl.ConditionalBranch && instruction.isJccShortOrNear)
}

/** `movaps` also faults on an address that is not aligned. */
export function faultsOnlyOnAddress(instruction: Instruction): boolean {
  return instruction.mnemonic !== Mnemonic.Movaps
}

export function isDivision(instruction: Instruction): boolean {
  return instruction.mnemonic === Mnemonic.Div || instruction.mnemonic === Mnemonic.Idiv
}

/** What may be forbidden to a program though not always: ports, interrupts, counters, far returns, control registers. */
const sometimesPrivileged: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.In,
  Mnemonic.Insb,
  Mnemonic.Insw,
  Mnemonic.Insd,
  Mnemonic.Int,
  Mnemonic.Int1,
  Mnemonic.Int3,
  Mnemonic.Into,
  Mnemonic.Iret,
  Mnemonic.Iretd,
  Mnemonic.Iretq,
  Mnemonic.Monitor,
  Mnemonic.Mov,
  Mnemonic.Mwait,
  Mnemonic.Out,
  Mnemonic.Outsb,
  Mnemonic.Outsw,
  Mnemonic.Outsd,
  Mnemonic.Rdpmc,
  Mnemonic.Rdtsc,
  Mnemonic.Rdtscp,
  Mnemonic.Retf,
  Mnemonic.Vmcall,
  Mnemonic.Xsetbv,
])

export function isPrivileged(instruction: Instruction): boolean {
  return instruction.isPrivileged || sometimesPrivileged.has(instruction.mnemonic)
}
