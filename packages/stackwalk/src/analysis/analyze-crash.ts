import type { CpuContext, Exception, Minidump, SystemInfo } from '@crashkeep/minidump'
import { pointerBytes } from '../register-set.ts'
import { type BitFlip, bitFlips } from './bit-flips.ts'
import { crashInstruction } from './crash-instruction.ts'
import type { DecodedInstruction, InstructionDecoder } from './decoder.ts'
import { type Fault, isGeneralProtectionFault, isNonCanonical, operationOf } from './fault.ts'
import { type CrashInconsistency, inconsistencies } from './inconsistencies.ts'
import { type MemoryAccess, memoryAccesses, pointerUpdate, type Surroundings, type UsedAddress } from './instruction-accesses.ts'
import { isLikelyGuardPage, type MemoryRegions, memoryRegions } from './memory-regions.ts'

/** A better answer than the system's to which address the crash is about. */
export type AdjustedAddress =
  | { readonly kind: 'null-pointer'; readonly offset: bigint }
  | { readonly kind: 'non-canonical'; readonly address: bigint }

export interface AnalyzedAccess extends MemoryAccess {
  readonly isGuardPage: boolean
}

export interface CrashAnalysis {
  readonly instruction: DecodedInstruction | undefined
  /** `undefined`: cannot be told, which differs from none. */
  readonly accesses: readonly AnalyzedAccess[] | undefined
  readonly update: UsedAddress | 'next' | undefined
  readonly adjusted: AdjustedAddress | undefined
  readonly bitFlips: readonly BitFlip[]
  readonly inconsistencies: readonly CrashInconsistency[]
}

/**
 * What the instruction at the crash, the registers and the map of memory say beyond the system's reason. Without a decoder, or where
 * the dump does not hold the instruction, the map alone is used.
 */
export function analyzeCrash(
  dump: Minidump,
  system: SystemInfo,
  exception: Exception,
  fault: Fault,
  decoder: InstructionDecoder | undefined,
): CrashAnalysis {
  const regions = memoryRegions(dump)
  const found = decoder && crashInstruction(dump)
  const instruction = found && decoder.decode(found.bytes, found.bits)
  const around = surroundings(dump, system, exception)
  const accesses = instruction && around && memoryAccesses(instruction, around)
  const update = instruction && around && pointerUpdate(instruction.target, around)
  const used: UsedAddress[] = [...(accesses ?? []), ...(update === undefined || update === 'next' ? [] : [update])]
  const adjusted = accesses && around && adjustedAddress(fault, around.context, used)
  // What a null pointer is a bit away from says nothing.
  const flips = used.some((one) => one.isNullBased) ? [] : flippedBits(system, exception, fault, regions, instruction, accesses, adjusted)
  return {
    instruction,
    accesses: accesses?.map((access) => ({ ...access, isGuardPage: isLikelyGuardPage(regions, access.address) })),
    update,
    adjusted,
    bitFlips: flips,
    inconsistencies: inconsistencies(fault, { instruction, accesses, update, context: exception.context, regions }),
  }
}

function surroundings(dump: Minidump, system: SystemInfo, exception: Exception): Surroundings | undefined {
  if (exception.context === undefined) return undefined
  return {
    context: exception.context,
    memory: dump.memory,
    littleEndian: dump.littleEndian,
    isWindows: system.os === 'Windows NT',
    thread: dump.threads?.findLast((thread) => thread.id === exception.threadId),
    source: dump.source,
  }
}

/** When the address is the instruction's own, fetching the instruction failed or it did something else wrong: its operands are not to blame. */
function adjustedAddress(fault: Fault, context: CpuContext, used: readonly UsedAddress[]): AdjustedAddress | undefined {
  if (fault.address === context.instructionPointer) return undefined
  const nullBased = used.find((one) => one.isNullBased)
  if (nullBased !== undefined) return { kind: 'null-pointer', offset: nullBased.address }
  if (context.cpu !== 'amd64' || !isGeneralProtectionFault(fault)) return undefined
  const culprit = used.find((one) => isNonCanonical(one.address))
  return culprit && { kind: 'non-canonical', address: culprit.address }
}

/** Addresses of amd64 have 48 bits; when the others are wrong the address is not canonical. */
const addressBits = 48

/**
 * Only where addresses are sparse enough for a hit to mean something, which rules out 32 bits; and not on arm64, where nothing is
 * decoded yet and every small offset from a null pointer would look like a flipped bit.
 */
function flippedBits(
  system: SystemInfo,
  exception: Exception,
  fault: Fault,
  regions: MemoryRegions,
  instruction: DecodedInstruction | undefined,
  accesses: readonly MemoryAccess[] | undefined,
  adjusted: AdjustedAddress | undefined,
): BitFlip[] {
  const isLarge = pointerBytes(system.cpu) === 8 && system.cpu !== 'unknown'
  if (!isLarge || system.cpu === 'arm64') return []
  const context = exception.context
  const failed = accesses?.find(
    (access) => fault.address - access.address >= 0n && fault.address - access.address < BigInt(access.size ?? 0),
  )
  const search = {
    firstBit: adjusted === undefined ? 0 : addressBits,
    endBit: adjusted === undefined && system.cpu === 'amd64' ? addressBits : 64,
    wasNonCanonical: adjusted !== undefined,
    operation: operationOf(fault),
    accessSize: failed?.size,
    regions,
    context,
  }
  const used = adjusted?.kind === 'non-canonical' ? adjusted.address : undefined
  const flips = bitFlips(failed?.address ?? used ?? fault.address, undefined, search)
  for (const register of instruction?.addressRegisters ?? []) {
    const value = context?.registers.get(register)
    if (value !== undefined) flips.push(...bitFlips(value, register, search))
  }
  return flips
}
