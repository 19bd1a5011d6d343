/** A few words on why a process ended, from the numbers in its dump. */
import type { Minidump, OsName } from '@crashkeep/minidump'

/** signal(7), the numbers of amd64 and arm64. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
}

/** winnt.h and ntstatus.h; the ones that programs die of. */
const windowsCodes: Readonly<Record<number, string>> = {
  2147483651: 'EXCEPTION_BREAKPOINT',
  3221225477: 'EXCEPTION_ACCESS_VIOLATION',
  3221225478: 'EXCEPTION_IN_PAGE_ERROR',
  3221225501: 'EXCEPTION_ILLEGAL_INSTRUCTION',
  3221225620: 'EXCEPTION_INT_DIVIDE_BY_ZERO',
  3221225725: 'EXCEPTION_STACK_OVERFLOW',
  3221226356: 'STATUS_HEAP_CORRUPTION',
  3221226505: 'STATUS_STACK_BUFFER_OVERRUN',
  3758096392: 'OUT_OF_MEMORY',
  85436397: 'SIMULATED',
}

/** mach/exception_types.h */
const machExceptions: Readonly<Record<number, string>> = {
  1: 'EXC_BAD_ACCESS',
  2: 'EXC_BAD_INSTRUCTION',
  3: 'EXC_ARITHMETIC',
  5: 'EXC_SOFTWARE',
  6: 'EXC_BREAKPOINT',
  10: 'EXC_CRASH',
  11: 'EXC_RESOURCE',
  12: 'EXC_GUARD',
}

export function crashReason(dump: Pick<Minidump, 'exception' | 'systemInfo'>, fields: ReadonlyMap<string, string>): string | undefined {
  if (fields.has('electron.v8-oom.is_heap_oom') || fields.has('electron.v8-oom.location')) return 'out of memory'
  const fatal = fields.get('electron.v8-fatal.message')
  if (fatal !== undefined && fatal !== '') return fatal
  const error = fields.get('js.name')
  if (error !== undefined) return `${error}: ${fields.get('js.message') ?? ''}`
  if (fields.has('hang.timeout_ms')) return 'hang'
  const { exception } = dump
  if (exception === undefined) return undefined
  const names = namesFor(dump.systemInfo?.os)
  return names[exception.code] ?? `0x${exception.code.toString(16)}`
}

function namesFor(os: OsName | undefined): Readonly<Record<number, string>> {
  if (os === 'Windows NT') return windowsCodes
  if (os === 'Mac OS X' || os === 'iOS') return machExceptions
  return signals
}
