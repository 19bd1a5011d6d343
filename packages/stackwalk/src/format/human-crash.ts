import type { CrashInconsistency } from '../analysis/inconsistencies.ts'
import type { ProcessedAccess, ProcessedBitFlip, ProcessedCrashInfo } from '../processed-crash.ts'
import { continuesBehind } from '../text-detail.ts'

/** The lines about the reason of the crash and about its instruction. */
export function crashFacts(info: ProcessedCrashInfo): string[] {
  return [
    `Crash reason:  ${info.type}`,
    ...addressLines(info),
    ...(info.instruction === null ? [] : [`Crashing instruction: \`${info.instruction}\``]),
    ...accessLines(info.memory_accesses),
    ...updateLines(info),
    ...bitFlipLines(info.possible_bit_flips ?? []),
    ...inconsistencyLines(info.crash_inconsistencies ?? []),
  ]
}

function addressLines({ address, adjusted_address: adjusted }: ProcessedCrashInfo): string[] {
  if (adjusted === null) return [`Crash address: ${address}`]
  const note =
    adjusted.kind === 'null-pointer'
      ? `Null pointer detected with offset: ${adjusted.offset}`
      : `Non-canonical address detected: ${adjusted.address}`
  return [`Crash address: ${address} **`, `    ** ${note}`]
}

const accessNames = { read: 'Read', write: 'Write', readwrite: 'ReadWrite' }

function accessLines(accesses: readonly ProcessedAccess[] | null): string[] {
  if (accesses === null) return []
  if (accesses.length === 0) return ['No memory accessed by instruction']
  const lines = accesses.map((access, index) => [
    `  ${index}. Address: ${access.address}`,
    `     Size: ${access.size ?? 'Unknown'}`,
    ...(access.is_likely_guard_page === true ? ['     This address falls in a likely guard page.'] : []),
    ...(access.access_type === undefined ? [] : [`     Access type: ${accessNames[access.access_type]}`]),
  ])
  return ['Memory accessed by instruction:', ...lines.flat()]
}

function updateLines(info: ProcessedCrashInfo): string[] {
  if (info.instruction_pointer_update !== null) {
    return ['Instruction pointer update done by instruction:', `  Address: ${info.instruction_pointer_update.address}`]
  }
  return info[continuesBehind] === true ? ['No instruction pointer update by instruction'] : []
}

/** The likeliest first. */
function bitFlipLines(flips: readonly ProcessedBitFlip[]): string[] {
  if (flips.length === 0) return []
  const sorted = [...flips].sort((a, b) => b.confidence - a.confidence || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  const lines = sorted.map(({ address, confidence, source_register: register }, index) => {
    const source = register === null ? '' : `${register}=`
    return `  ${index}. Valid address: ${source}${address} (${threeDecimals(confidence)})`
  })
  return ['Crashing address may be the result of a flipped bit:', ...lines]
}

/** A tie goes to the even digit, as in Rust. */
function threeDecimals(value: number): string {
  const thousandths = value * 1000
  const below = Math.floor(thousandths)
  const isTie = thousandths - below === 0.5
  return ((isTie ? below + (below % 2) : Math.round(thousandths)) / 1000).toFixed(3)
}

const inconsistencyTexts: Readonly<Record<CrashInconsistency, string>> = {
  int_div_by_zero_not_possible: 'Crash reason is an integer division by zero but the crashing instruction is not a division',
  priv_instruction_crash_without_priv_instruction:
    'Crash reason is a privileged instruction but crashing instruction is not a privileged one',
  non_canonical_address_falsely_reported:
    'Crash address is reported as a non-canonical x86-64 address but the actual address is a canonical one',
  access_violation_when_access_allowed: 'Crash reason is access violation exception but access is allowed',
  crashing_access_not_found_in_memory_accesses: 'Crash address not found among the memory accesses of the crashing instruction',
}

function inconsistencyLines(found: readonly CrashInconsistency[]): string[] {
  return found.length === 0 ? [] : ['Crash is inconsistent:', ...found.map((one) => `  ${inconsistencyTexts[one]}`)]
}
