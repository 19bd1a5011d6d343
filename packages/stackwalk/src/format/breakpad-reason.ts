import type { ProcessedCrash } from '../processed-crash.ts'
import { crashDetail } from '../text-detail.ts'

/** Signals whose code Breakpad prints, with the prefix of the codes it knows. */
const signalsWithCode: Readonly<Record<string, string>> = { SIGILL: 'ILL_', SIGBUS: 'BUS_', SIGFPE: 'FPE_', SIGSEGV: 'SEGV_' }

/** What Breakpad's macOS client writes for an exception of Objective-C that nobody caught. */
const uncaughtException = 0x4350_6e78

/** The reason in Breakpad's words, where they differ from rust-minidump's. */
export function breakpadReason(crash: ProcessedCrash, type: string): string {
  const exception = crash[crashDetail]?.exception
  if (exception?.code === uncaughtException) return 'Uncaught NSException'
  const [name = '', detail = ''] = type.split(' / ')
  if (detail.startsWith('FAST_FAIL_')) return detail
  if (!name.startsWith('SIG')) return type
  const prefix = signalsWithCode[name]
  if (prefix === undefined) return name
  const code = detail.startsWith(prefix) ? detail : `0x${(exception?.flags ?? 0).toString(16).padStart(8, '0')}`
  // One of the four lacks a space.
  return name === 'SIGSEGV' ? `${name} /${code}` : `${name} / ${code}`
}
