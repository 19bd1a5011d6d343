/**
 * Decodes one x86 instruction. The walker itself brings none, so that a page that only walks stacks stays small:
 * `@crashkeep/stackwalk/iced` has one.
 */
export interface InstructionDecoder {
  /** `bytes` start at the instruction and may go on behind it. `undefined`: no instruction, or one that is cut off. */
  decode(bytes: Uint8Array, bits: 32 | 64): DecodedInstruction | undefined
}

export type AccessType = 'read' | 'write' | 'readwrite'

export interface DecodedInstruction {
  /** Intel's syntax as rust-minidump prints it: `mov dword [rax + rcx * 1 - 0x4], 0x5`. */
  readonly text: string
  readonly length: number
  /** Operands in memory that are accessed, in order, then what the instruction does to the stack by itself. */
  readonly memory: readonly MemoryOperand[]
  /** Registers of addresses, also of those that are not accessed. Sorted. */
  readonly addressRegisters: readonly string[]
  /** Where execution goes on. */
  readonly target: BranchTarget
  readonly isDivision: boolean
  /** Whether a program may be stopped for using it. `mov` counts: it also writes control registers. */
  readonly isPrivileged: boolean
  /** Whether `memory` is all that the instruction accesses, with the types of access. */
  readonly accessIsKnown: boolean
  /** Whether the only general protection fault it can raise is for an address that is not canonical. */
  readonly faultsOnlyOnAddress: boolean
}

export interface MemoryOperand {
  /** Name of a 64-bit or 32-bit register as contexts name it. */
  readonly base?: string
  readonly index?: string
  readonly scale: number
  readonly displacement: bigint
  /** The address is relative to one of these, whose base is not in the registers. */
  readonly segment?: 'fs' | 'gs'
  /** Bytes; `undefined` where the processor's state decides. */
  readonly size?: number
  /** `undefined`: not known of this instruction. */
  readonly access?: AccessType
  /** What the instruction does to the stack by itself: no operand tells the address. */
  readonly isImplied?: true
}

/**
 * `next`: the instruction behind it. `stack`: the address on top of the stack. `unknown`: a conditional or direct branch, whose target
 * is either in the text or depends on flags.
 */
export type BranchTarget =
  | { readonly kind: 'next' | 'stack' | 'unknown' }
  | { readonly kind: 'register'; readonly register: string }
  | { readonly kind: 'memory'; readonly operand: MemoryOperand }
