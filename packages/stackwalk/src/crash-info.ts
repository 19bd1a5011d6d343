import type { Assertion, Minidump, SystemInfo } from '@crashkeep/minidump'
import { formatAddress, type PointerBytes } from './address.ts'
import { type AdjustedAddress, type AnalyzedAccess, analyzeCrash, type CrashAnalysis } from './analysis/analyze-crash.ts'
import type { BitFlip } from './analysis/bit-flips.ts'
import type { InstructionDecoder } from './analysis/decoder.ts'
import type { ProcessedAccess, ProcessedAdjustedAddress, ProcessedBitFlip, ProcessedCrashInfo } from './processed-crash.ts'
import { crashAddress, crashReason } from './reason/crash-reason.ts'
import { pointerBytes } from './register-set.ts'
import { continuesBehind } from './text-detail.ts'

const assertionKinds: Readonly<Record<number, string>> = { 1: 'invalid parameter', 2: 'pure virtual call' }

export function crashInfo(
  dump: Minidump,
  system: SystemInfo,
  crashingThread: number | null,
  decoder: InstructionDecoder | undefined,
): ProcessedCrashInfo {
  const { exception, assertion } = dump
  const rest = { assertion: assertion === undefined ? null : assertionText(assertion), crashing_thread: crashingThread }
  if (exception === undefined) return { ...noCrash, ...rest }
  const width = pointerBytes(system.cpu)
  const address = crashAddress(exception, system)
  const reason = crashReason(exception, system)
  const analysis = analyzeCrash(dump, system, exception, { os: system.os, reason, address }, decoder)
  return { ...rest, type: reason, address: formatAddress(address, width), ...processedAnalysis(analysis, width) }
}

const noCrash = {
  type: null,
  address: null,
  adjusted_address: null,
  crash_inconsistencies: null,
  instruction: null,
  instruction_pointer_update: null,
  memory_accesses: null,
  possible_bit_flips: null,
}

function processedAnalysis(
  analysis: CrashAnalysis,
  width: PointerBytes,
): Omit<ProcessedCrashInfo, 'type' | 'address' | 'assertion' | 'crashing_thread'> {
  const { instruction, accesses, update, adjusted } = analysis
  return {
    adjusted_address: adjusted === undefined ? null : processedAdjustedAddress(adjusted, width),
    crash_inconsistencies: analysis.inconsistencies,
    instruction: instruction?.text ?? null,
    instruction_pointer_update: update === undefined || update === 'next' ? null : { address: formatAddress(update.address, width) },
    memory_accesses: accesses?.map((access) => processedAccess(access, width)) ?? null,
    possible_bit_flips: analysis.bitFlips.length === 0 ? null : analysis.bitFlips.map((flip) => processedBitFlip(flip, width)),
    [continuesBehind]: update === 'next',
  }
}

function processedAdjustedAddress(adjusted: AdjustedAddress, width: PointerBytes): ProcessedAdjustedAddress {
  return adjusted.kind === 'null-pointer'
    ? { kind: adjusted.kind, offset: formatAddress(adjusted.offset, width) }
    : { kind: adjusted.kind, address: formatAddress(adjusted.address, width) }
}

function processedAccess(access: AnalyzedAccess, width: PointerBytes): ProcessedAccess {
  return {
    address: formatAddress(access.address, width),
    size: access.size ?? null,
    ...(access.isGuardPage && { is_likely_guard_page: true }),
    ...(access.type !== undefined && { access_type: access.type }),
  }
}

function processedBitFlip({ address, register, details, confidence }: BitFlip, width: PointerBytes): ProcessedBitFlip {
  return {
    address: formatAddress(address, width),
    confidence,
    details: {
      is_null: details.isNull,
      nearby_registers: details.nearbyRegisters,
      poison_registers: details.poisonRegisters,
      was_low: details.wasLow,
      was_non_canonical: details.wasNonCanonical,
    },
    source_register: register ?? null,
  }
}

/**
 * What Breakpad's handlers for two errors of the C runtime recorded. Its crash server writes the record with every dump, empty and of
 * type 0 when there was no such error (Electron's `windows.dmp` of node-minidump).
 */
function assertionText(assertion: Assertion): string | null {
  const kind = assertionKinds[assertion.type]
  const what = assertion.expression === '' ? kind : assertion.expression
  if (what === undefined) return null
  const place = assertion.file === '' ? '' : ` (${assertion.file}:${assertion.line})`
  return assertion.function === '' ? `${what}${place}` : `${what} in ${assertion.function}${place}`
}
