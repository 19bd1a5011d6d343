import type { Exception } from '@crashkeep/minidump'
import { lazyCodeTable } from '../tables/code-table.ts'
import { windowsErrors } from '../tables/windows-errors.ts'
import { windowsAccessTypes, windowsExceptions, windowsFacilities, windowsFastFails } from '../tables/windows-exceptions.ts'
import { windowsStatus } from '../tables/windows-status.ts'
import { formatHex32 } from './linux.ts'

const errorName = lazyCodeTable(windowsErrors)
const statusName = lazyCodeTable(windowsStatus)

const accessViolation = 0xc000_0005
const inPageError = 0xc000_0006
const stackBufferOverrun = 0xc000_0409

const sentences: Readonly<Record<string, string>> = {
  OUT_OF_MEMORY: 'Out of Memory',
  UNHANDLED_CPP_EXCEPTION: 'Unhandled C++ Exception',
  SIMULATED: 'Simulated Exception',
}

/** What a Windows exception record says; the first parameters refine some codes. */
export function windowsReason(exception: Exception): string {
  const [first, , third] = exception.parameters
  const access = first === undefined ? undefined : windowsAccessTypes[Number(BigInt.asUintN(32, first))]
  const accessIsSmall = first !== undefined && first <= 8n
  if (exception.code === accessViolation && access !== undefined && accessIsSmall) return `EXCEPTION_ACCESS_VIOLATION_${access}`
  if (exception.code === inPageError && access !== undefined && accessIsSmall && third !== undefined) {
    // The status is 32 bits wide; the upper half of the parameter is sometimes filled with its sign.
    const status = Number(BigInt.asUintN(32, third))
    return `EXCEPTION_IN_PAGE_ERROR_${access} / ${statusName(status) ?? formatHex32(status)}`
  }
  if (exception.code === stackBufferOverrun && first !== undefined) {
    const failure = Number(BigInt.asUintN(32, first))
    return `EXCEPTION_STACK_BUFFER_OVERRUN / ${windowsFastFails[failure] ?? formatHex32(failure)}`
  }
  const name = windowsExceptions[exception.code]
  return name === undefined ? windowsErrorText(exception.code) : (sentences[name] ?? name)
}

/** Name of a Win32 error, an NTSTATUS, or a code that carries a Win32 error of a known facility. */
export function windowsErrorText(code: number): string {
  return errorName(code) ?? statusName(code) ?? facilityError(code) ?? `unknown ${formatHex32(code)}`
}

function facilityError(code: number): string | undefined {
  if (code >>> 28 === 0) return undefined
  const facility = windowsFacilities[(code >>> 16) & 0xfff]
  const error = errorName(code & 0xffff)
  return facility === undefined || error === undefined ? undefined : `${facility} / ${error}`
}

/** Whether the exception's second parameter is the address that was accessed. */
export function hasAccessedAddress(exception: Exception): boolean {
  return (exception.code === accessViolation || exception.code === inPageError) && exception.parameters.length >= 2
}
