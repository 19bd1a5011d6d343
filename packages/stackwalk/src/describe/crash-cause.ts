import { formatHex } from '../address.ts'
import type { ProcessedAccess, ProcessedCrashInfo } from '../processed-crash.ts'

export interface Cause {
  /** What the process did: `read address 0x0`. */
  readonly did: string
  /** What to know beside it: `a null pointer`. */
  readonly note?: string
}

/** What the crash reasons of all systems mean, said as carefully as the reason says it, and what the instruction adds to them. */
export function causeOf(info: ProcessedCrashInfo): Cause {
  const type = info.type ?? ''
  const [name = '', detail = ''] = type.split(' / ')
  return nonCanonicalCause(info, name, detail) ?? memoryCause(info, name, detail) ?? plainCause(name, detail) ?? otherCause(name, type)
}

function memoryCause(info: ProcessedCrashInfo, name: string, detail: string): Cause | undefined {
  const verb = accessVerb(name, detail)
  if (verb === undefined || info.address === null) return undefined
  const address = BigInt(info.address)
  const access = accessOf(info, address)
  const note = refusals[detail] ?? instructionNote(info, access) ?? addressNote(address, name)
  const did = `${verb === 'accessed' ? (accessVerbs[access?.access_type ?? ''] ?? verb) : verb} address ${formatHex(address)}`
  return note === undefined ? { did } : { did, note }
}

/** The address that the system reports is not the one that was used. */
function nonCanonicalCause(info: ProcessedCrashInfo, name: string, detail: string): Cause | undefined {
  const { adjusted_address: adjusted } = info
  if (adjusted?.kind !== 'non-canonical') return undefined
  const address = BigInt(adjusted.address)
  const verb = accessVerbs[accessOf(info, address)?.access_type ?? ''] ?? accessVerb(name, detail) ?? 'accessed'
  return { did: `${verb} address ${formatHex(address)}`, note: 'no address at all, as when a pointer was overwritten' }
}

const accessVerbs: Readonly<Record<string, string>> = { read: 'read', write: 'wrote to', readwrite: 'wrote to' }

/** What the instruction did at the address. */
function accessOf({ memory_accesses: accesses }: ProcessedCrashInfo, address: bigint): ProcessedAccess | undefined {
  return accesses?.find((access) => {
    const distance = address - BigInt(access.address)
    return distance >= 0n && distance < BigInt(access.size ?? 0)
  })
}

function instructionNote({ adjusted_address: adjusted }: ProcessedCrashInfo, access: ProcessedAccess | undefined): string | undefined {
  if (access?.is_likely_guard_page === true) return 'a guard page, as at the end of a stack'
  if (adjusted?.kind !== 'null-pointer') return undefined
  return BigInt(adjusted.offset) === 0n ? 'a null pointer' : 'an offset from a null pointer'
}

/** Windows tells reading from writing; the others tell only that an access failed. */
function accessVerb(name: string, detail: string): string | undefined {
  const windows = /^EXCEPTION_ACCESS_VIOLATION(?:_(READ|WRITE|EXEC))?$/.exec(name)
  if (windows !== null) return windowsVerbs[windows[1] ?? ''] ?? 'accessed'
  if (name === 'EXC_BAD_ACCESS') return 'accessed'
  // A bare signal may have been sent by another process: only with one of these codes the kernel vouches for the address.
  return (name === 'SIGSEGV' || name === 'SIGBUS') && /^(SEGV|BUS)_/.test(detail) ? 'accessed' : undefined
}

const windowsVerbs: Readonly<Record<string, string>> = { READ: 'read', WRITE: 'wrote to', EXEC: 'tried to execute' }

const refusals: Readonly<Record<string, string>> = {
  SEGV_ACCERR: 'the access is not permitted there',
  KERN_PROTECTION_FAILURE: 'the access is not permitted there',
  SEGV_PKUERR: 'a protection key forbids it',
  BUS_ADRALN: 'the address is not aligned',
  EXC_ARM_DA_ALIGN: 'the address is not aligned',
  BUS_ADRERR: 'nothing could be read in for it, as behind the end of a mapped file',
  KERN_CODESIGN_ERROR: 'the code there is not signed as it must be',
  EXC_ARM_PAC_FAIL: 'the signature of the pointer is wrong',
}

/** Windows maps nothing below 64 KB, the other systems nothing in the first page. */
function addressNote(address: bigint, name: string): string | undefined {
  if (address === 0n) return 'a null pointer'
  const unmapped = name.startsWith('EXCEPTION_') ? 0x1_0000n : 0x1000n
  if (address < unmapped) return 'close to null, as when a field of a null pointer is used'
  if (address === 0xffff_ffff_ffff_ffffn) return 'the value that stands for an address the processor could not use'
  return undefined
}

const plainCauses: Readonly<Record<string, string>> = {
  SIGILL: 'ran an illegal instruction',
  EXC_BAD_INSTRUCTION: 'ran an illegal instruction',
  EXCEPTION_ILLEGAL_INSTRUCTION: 'ran an illegal instruction',
  EXCEPTION_PRIV_INSTRUCTION: 'ran a privileged instruction',
  SIGTRAP: 'stopped at a trap instruction',
  EXC_BREAKPOINT: 'stopped at a trap instruction',
  EXCEPTION_BREAKPOINT: 'stopped at a breakpoint instruction',
  EXCEPTION_STACK_OVERFLOW: 'ran out of stack',
  EXCEPTION_INT_DIVIDE_BY_ZERO: 'divided by zero',
  'SIGFPE / FPE_INTDIV': 'divided by zero',
  'EXC_ARITHMETIC / EXC_I386_DIV': 'divided by zero',
  SIGFPE: 'made an arithmetic error',
  EXC_ARITHMETIC: 'made an arithmetic error',
  'SIGSYS / SYS_SECCOMP': 'made a system call that its sandbox forbids',
  SIGSYS: 'made a bad system call',
  'SIGSEGV / SI_KERNEL': 'accessed memory at an address the processor could not use',
  EXC_RESOURCE: 'exceeded a limit that the system sets',
  EXC_GUARD: 'misused something that the system guards',
  'EXC_SOFTWARE / SIGABRT': 'aborted',
  SIGABRT: 'aborted',
  'EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_FATAL_APP_EXIT': 'ended itself, as abort() does',
  'EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_STACK_COOKIE_CHECK_FAILURE': 'overwrote the end of a buffer on its stack',
  EXCEPTION_STACK_BUFFER_OVERRUN: 'ended itself by a fast fail',
  STATUS_HEAP_CORRUPTION: 'found its heap corrupted',
}

const sentenceCauses: Readonly<Record<string, string>> = {
  'Out of Memory': 'ran out of memory',
  STATUS_NO_MEMORY: 'ran out of memory',
  'Unhandled C++ Exception': 'threw a C++ exception that nobody caught',
}

function plainCause(name: string, detail: string): Cause | undefined {
  const full = detail === '' ? name : `${name} / ${detail}`
  if (Object.hasOwn(sentenceCauses, name)) return { did: sentenceCauses[name] ?? name }
  const exact = Object.hasOwn(plainCauses, full) ? plainCauses[full] : undefined
  const did = exact ?? (Object.hasOwn(plainCauses, name) ? plainCauses[name] : undefined)
  return did === undefined ? undefined : { did: `${did} (${full})` }
}

function otherCause(name: string, type: string): Cause {
  if (name.startsWith('SIG')) return { did: `got the signal ${type}` }
  if (name.startsWith('EXCEPTION_IN_PAGE_ERROR')) return { did: `could not read in a page of a file (${type})` }
  if (name.startsWith('unknown ')) return { did: `died with an exception code that has no name (${type.slice('unknown '.length)})` }
  return { did: `died with ${type}` }
}
