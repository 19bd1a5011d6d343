import type { AccessType, BranchTarget, MemoryOperand } from '../analysis/decoder.ts'
import type { IcedInstruction, UsedMemory } from './iced-instruction.ts'
import { Access, Flow, noRegister, OperandKind, segmentFs, segmentGs } from './iced-numbers.ts'
import { registerName } from './register-name.ts'

/**
 * In 64-bit code as rust-minidump tells: types of access and the stack's part only where all is known of the instruction. In 32-bit
 * code, of which it tells nothing, everything that iced knows.
 */
export function memoryOperands(instruction: IcedInstruction, bits: 32 | 64, isKnown: boolean): MemoryOperand[] {
  const usage = instruction.usage()
  if (bits === 32) return usedMemory(usage.memory)
  const operands: MemoryOperand[] = []
  for (const [index, type] of usage.operands.entries()) {
    if (!isMemory(instruction.operandKind(index)) || type === Access.None || type === Access.NoMemAccess) continue
    const access = isKnown ? accessType(type) : undefined
    operands.push({ ...explicitOperand(instruction, index), ...(access !== undefined && { access }) })
  }
  return isKnown ? [...operands, ...stackAccess(instruction)] : operands
}

/** `rsp` of a dump is the one before the instruction: a call or push that faults has not moved it. */
function stackAccess({ mnemonic }: IcedInstruction): MemoryOperand[] {
  const stack = { base: 'rsp', scale: 1, size: 8, isImplied: true } as const
  if (mnemonic === 'call' || mnemonic === 'push') return [{ ...stack, displacement: -8n, access: 'write' }]
  const reads = mnemonic === 'pop' || mnemonic === 'ret' || mnemonic === 'retf'
  return reads ? [{ ...stack, displacement: 0n, access: 'read' }] : []
}

function usedMemory(used: readonly UsedMemory[]): MemoryOperand[] {
  return used.flatMap(({ base, index, scale, displacement, segment, bytes, access }) => {
    const type = accessType(access)
    return type === undefined
      ? []
      : [{ ...memoryOperand(registerName(base), registerName(index), scale, displacement, segment, bytes), access: type }]
  })
}

function accessType(access: number): AccessType | undefined {
  switch (access) {
    case Access.Read:
    case Access.CondRead:
      return 'read'
    case Access.Write:
    case Access.CondWrite:
      return 'write'
    case Access.ReadWrite:
    case Access.ReadCondWrite:
      return 'readwrite'
    default:
      return undefined
  }
}

function isMemory(kind: number): boolean {
  return kind >= OperandKind.MemorySegSI && kind <= OperandKind.Memory
}

/** Registers that string instructions imply. Those of 16 bits, for which rust-minidump has no rule either, count as none. */
const stringRegisters: Readonly<Record<number, string>> = {
  [OperandKind.MemorySegESI]: 'esi',
  [OperandKind.MemorySegRSI]: 'rsi',
  [OperandKind.MemorySegEDI]: 'edi',
  [OperandKind.MemorySegRDI]: 'rdi',
  [OperandKind.MemoryESEDI]: 'edi',
  [OperandKind.MemoryESRDI]: 'rdi',
}

function explicitOperand(instruction: IcedInstruction, index: number): MemoryOperand {
  const bytes = instruction.memoryBytes
  const implied = stringRegisters[instruction.operandKind(index)]
  if (implied !== undefined) return memoryOperand(implied, undefined, 1, 0n, noRegister, bytes)
  const { memoryBase, memoryIndex, memoryIndexScale, memoryDisplacement, memorySegment } = instruction
  return memoryOperand(registerName(memoryBase), registerName(memoryIndex), memoryIndexScale, memoryDisplacement, memorySegment, bytes)
}

/** `bytes` 0: as many as the processor has state. */
function memoryOperand(
  base: string | undefined,
  index: string | undefined,
  scale: number,
  displacement: bigint,
  segment: number,
  bytes: number,
): MemoryOperand {
  return {
    ...(base !== undefined && { base }),
    ...(index !== undefined && { index }),
    scale,
    displacement: BigInt.asIntN(64, displacement),
    ...(segment === segmentFs && { segment: 'fs' }),
    ...(segment === segmentGs && { segment: 'gs' }),
    ...(bytes > 0 && { size: bytes }),
  }
}

export function addressRegisters(instruction: IcedInstruction): string[] {
  const names = new Set<string>()
  for (let index = 0; index < instruction.operandCount; index++) {
    if (!isMemory(instruction.operandKind(index))) continue
    const { base, index: scaled } = explicitOperand(instruction, index)
    if (base !== undefined) names.add(base)
    if (scaled !== undefined) names.add(scaled)
  }
  return [...names].sort()
}

export function branchTarget(instruction: IcedInstruction): BranchTarget {
  switch (instruction.flow) {
    case Flow.Return:
      return { kind: 'stack' }
    case Flow.IndirectBranch:
    case Flow.IndirectCall:
      return instruction.operandKind(0) === OperandKind.Register
        ? { kind: 'register', register: registerName(instruction.operandRegister(0)) ?? '' }
        : { kind: 'memory', operand: explicitOperand(instruction, 0) }
    case Flow.UnconditionalBranch:
    case Flow.ConditionalBranch:
    case Flow.Call:
      return { kind: 'unknown' }
    default:
      return { kind: 'next' }
  }
}
