import {
  FlowControl,
  type Instruction,
  type InstructionInfo,
  MemorySizeExt,
  Mnemonic,
  OpAccess,
  OpKind,
  Register,
  UsedMemory,
} from 'iced-x86'
import type { AccessType, BranchTarget, MemoryOperand } from '../analysis/decoder.ts'
import { registerName } from './register-name.ts'

/**
 * In 64-bit code as rust-minidump tells: types of access and the stack's part only where all is known of the instruction. In 32-bit
 * code, of which it tells nothing, everything that iced knows.
 */
export function memoryOperands(instruction: Instruction, info: InstructionInfo, bits: 32 | 64, isKnown: boolean): MemoryOperand[] {
  if (bits === 32) return usedMemory(info)
  const operands: MemoryOperand[] = []
  for (let index = 0; index < instruction.opCount; index++) {
    const type = info.opAccess(index)
    if (!isMemory(instruction.opKind(index)) || type === OpAccess.None || type === OpAccess.NoMemAccess) continue
    const access = isKnown ? accessType(type) : undefined
    operands.push({ ...explicitOperand(instruction, index), ...(access !== undefined && { access }) })
  }
  return isKnown ? [...operands, ...stackAccess(instruction)] : operands
}

/** `rsp` of a dump is the one before the instruction: a call or push that faults has not moved it. */
function stackAccess({ mnemonic }: Instruction): MemoryOperand[] {
  const stack = { base: 'rsp', scale: 1, size: 8 }
  if (mnemonic === Mnemonic.Call || mnemonic === Mnemonic.Push) return [{ ...stack, displacement: -8n, access: 'write' }]
  const reads = mnemonic === Mnemonic.Pop || mnemonic === Mnemonic.Ret || mnemonic === Mnemonic.Retf
  return reads ? [{ ...stack, displacement: 0n, access: 'read' }] : []
}

function usedMemory(info: InstructionInfo): MemoryOperand[] {
  return info.usedMemory().flatMap((used: unknown) => {
    if (!(used instanceof UsedMemory)) return []
    const access = accessType(used.access)
    const operand = memoryOperand(used.base, used.index, used.scale, used.displacement, used.segment, MemorySizeExt.size(used.memorySize))
    used.free()
    return access === undefined ? [] : [{ ...operand, access }]
  })
}

function accessType(access: OpAccess): AccessType | undefined {
  switch (access) {
    case OpAccess.Read:
    case OpAccess.CondRead:
      return 'read'
    case OpAccess.Write:
    case OpAccess.CondWrite:
      return 'write'
    case OpAccess.ReadWrite:
    case OpAccess.ReadCondWrite:
      return 'readwrite'
    default:
      return undefined
  }
}

function isMemory(kind: OpKind): boolean {
  return kind >= OpKind.MemorySegSI && kind <= OpKind.Memory
}

const stringRegisters: Readonly<Record<number, Register>> = {
  [OpKind.MemorySegESI]: Register.ESI,
  [OpKind.MemorySegRSI]: Register.RSI,
  [OpKind.MemorySegEDI]: Register.EDI,
  [OpKind.MemorySegRDI]: Register.RDI,
  [OpKind.MemoryESEDI]: Register.EDI,
  [OpKind.MemoryESRDI]: Register.RDI,
}

function explicitOperand(instruction: Instruction, index: number): MemoryOperand {
  const bytes = MemorySizeExt.size(instruction.memorySize)
  const implied = stringRegisters[instruction.opKind(index)]
  if (implied !== undefined) return memoryOperand(implied, Register.None, 1, 0n, Register.None, bytes)
  const { memoryBase, memoryIndex, memoryIndexScale, memoryDisplacement, memorySegment } = instruction
  return memoryOperand(memoryBase, memoryIndex, memoryIndexScale, memoryDisplacement, memorySegment, bytes)
}

/** `bytes` 0: as many as the processor has state. */
function memoryOperand(
  base: Register,
  index: Register,
  scale: number,
  displacement: bigint,
  segment: Register,
  bytes: number,
): MemoryOperand {
  const baseName = registerName(base)
  const indexName = registerName(index)
  return {
    ...(baseName !== undefined && { base: baseName }),
    ...(indexName !== undefined && { index: indexName }),
    scale,
    displacement: BigInt.asIntN(64, displacement),
    ...(segment === Register.FS && { segment: 'fs' }),
    ...(segment === Register.GS && { segment: 'gs' }),
    ...(bytes > 0 && { size: bytes }),
  }
}

export function addressRegisters(instruction: Instruction): string[] {
  const names = new Set<string>()
  for (let index = 0; index < instruction.opCount; index++) {
    if (!isMemory(instruction.opKind(index))) continue
    const { base, index: scaled } = explicitOperand(instruction, index)
    if (base !== undefined) names.add(base)
    if (scaled !== undefined) names.add(scaled)
  }
  return [...names].sort()
}

export function branchTarget(instruction: Instruction): BranchTarget {
  switch (instruction.flowControl) {
    case FlowControl.Return:
      return { kind: 'stack' }
    case FlowControl.IndirectBranch:
    case FlowControl.IndirectCall:
      return instruction.op0Kind === OpKind.Register
        ? { kind: 'register', register: registerName(instruction.op0Register) ?? '' }
        : { kind: 'memory', operand: explicitOperand(instruction, 0) }
    case FlowControl.UnconditionalBranch:
    case FlowControl.ConditionalBranch:
    case FlowControl.Call:
      return { kind: 'unknown' }
    default:
      return { kind: 'next' }
  }
}
