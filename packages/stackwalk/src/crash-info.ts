import type { Assertion, Minidump, SystemInfo } from '@crashkeep/minidump'
import { formatAddress } from './address.ts'
import type { ProcessedCrashInfo } from './processed-crash.ts'
import { crashAddress, crashReason } from './reason/crash-reason.ts'
import { pointerBytes } from './register-set.ts'

const assertionKinds: Readonly<Record<number, string>> = { 1: 'invalid parameter', 2: 'pure virtual call' }

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
