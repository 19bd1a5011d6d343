import type { Assertion, Minidump, SystemInfo } from '@crashkeep/minidump'
import { formatAddress } from './address.ts'
import type { ProcessedCrashInfo } from './processed-crash.ts'
import { crashAddress, crashReason } from './reason/crash-reason.ts'
import { pointerBytes } from './register-set.ts'

export function crashInfo(dump: Minidump, system: SystemInfo, crashingThread: number | null): ProcessedCrashInfo {
  const { exception, assertion } = dump
  return {
    type: exception === undefined ? null : crashReason(exception, system),
    address: exception === undefined ? null : formatAddress(crashAddress(exception, system), pointerBytes(system.cpu)),
    assertion: assertion === undefined ? null : assertionText(assertion),
    crashing_thread: crashingThread,
    adjusted_address: null,
    crash_inconsistencies: exception === undefined ? null : [],
    instruction: null,
    instruction_pointer_update: null,
    memory_accesses: null,
    possible_bit_flips: null,
  }
}

/** What Breakpad's handlers of the C runtime's invalid-parameter and pure-virtual-call errors recorded. */
function assertionText(assertion: Assertion): string {
  const kind = assertion.type === 2 ? 'pure virtual call' : 'invalid parameter'
  const what = assertion.expression === '' ? kind : assertion.expression
  const place = assertion.file === '' ? '' : ` (${assertion.file}:${assertion.line})`
  return assertion.function === '' ? `${what}${place}` : `${what} in ${assertion.function}${place}`
}
