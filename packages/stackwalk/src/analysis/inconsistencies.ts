import type { CpuContext } from '@crashkeep/minidump'
import type { AccessType, DecodedInstruction } from './decoder.ts'
import { type Fault, isGeneralProtectionFault, isNonCanonical, isPermitted, operationOf } from './fault.ts'
import type { MemoryAccess, UsedAddress } from './instruction-accesses.ts'
import type { MemoryRegions } from './memory-regions.ts'

/** What in the dump contradicts the reason of the crash; broken processors and memory make such dumps. Names are rust-minidump's. */
export type CrashInconsistency =
  | 'int_div_by_zero_not_possible'
  | 'priv_instruction_crash_without_priv_instruction'
  | 'non_canonical_address_falsely_reported'
  | 'access_violation_when_access_allowed'
  | 'crashing_access_not_found_in_memory_accesses'

export interface Evidence {
  readonly instruction: DecodedInstruction | undefined
  readonly accesses: readonly MemoryAccess[] | undefined
  readonly update: UsedAddress | 'next' | undefined
  readonly context: CpuContext | undefined
  readonly regions: MemoryRegions
}

const divisionReasons = new Set([
  'EXC_ARITHMETIC / EXC_PPC_ZERO_DIVIDE',
  'EXC_ARITHMETIC / EXC_I386_DIV',
  'SIGFPE / FPE_INTDIV',
  'EXCEPTION_INT_DIVIDE_BY_ZERO',
])

const privilegeReasons = new Set(['EXCEPTION_PRIV_INSTRUCTION', 'STATUS_PRIVILEGED_INSTRUCTION'])

export function inconsistencies(fault: Fault, evidence: Evidence): CrashInconsistency[] {
  const { instruction } = evidence
  if (divisionReasons.has(fault.reason)) return instruction?.isDivision === false ? ['int_div_by_zero_not_possible'] : []
  if (privilegeReasons.has(fault.reason)) {
    return instruction?.isPrivileged === false ? ['priv_instruction_crash_without_priv_instruction'] : []
  }
  const isAccess = operationOf(fault) !== undefined || fault.reason === 'EXCEPTION_STACK_OVERFLOW'
  if (!isAccess) return []
  const isElsewhere = crashingAccessIsMissing(fault, evidence)
  if (isGeneralProtectionFault(fault) && isElsewhere) {
    const isFalse = instruction?.faultsOnlyOnAddress === true && nonCanonicalAddressIsMissing(evidence)
    return isFalse ? ['non_canonical_address_falsely_reported'] : []
  }
  return [
    ...(isElsewhere ? (['crashing_access_not_found_in_memory_accesses'] as const) : []),
    ...(accessIsPermitted(fault, evidence) ? (['access_violation_when_access_allowed'] as const) : []),
  ]
}

/** Whether the instruction does not do what the system says it did. `false` also when that cannot be told. */
function crashingAccessIsMissing(fault: Fault, { instruction, accesses, context }: Evidence): boolean {
  if (instruction === undefined) return false
  const operation = operationOf(fault)
  if (operation === 'execute') return context !== undefined && context.instructionPointer !== fault.address
  if (accesses === undefined || !instruction.accessIsKnown) return false
  return operation === undefined ? accesses.length === 0 : !accesses.some((access) => touches(access, fault.address, operation))
}

function touches({ address, size, type }: MemoryAccess, at: bigint, operation: AccessType): boolean {
  return size !== undefined && (type === operation || type === 'readwrite') && BigInt.asUintN(64, at - address) < BigInt(size)
}

function accessIsPermitted(fault: Fault, { regions }: Evidence): boolean {
  const region = regions.at(fault.address)
  return region !== undefined && isPermitted(operationOf(fault), region) === true
}

function nonCanonicalAddressIsMissing({ instruction, accesses, update }: Evidence): boolean {
  if (instruction?.accessIsKnown !== true || accesses === undefined || update === undefined) return false
  return !accesses.some((access) => isNonCanonical(access.address)) && (update === 'next' || !isNonCanonical(update.address))
}
