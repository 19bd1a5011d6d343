import type { OsName } from '@crashkeep/minidump'
import type { Region } from './memory-regions.ts'

/** What the system said about the crash. */
export interface Fault {
  readonly os: OsName
  /** As in `crash_info.type`. */
  readonly reason: string
  readonly address: bigint
}

export type MemoryOperation = 'read' | 'write' | 'execute' | undefined

const operations: Readonly<Record<string, MemoryOperation>> = {
  EXCEPTION_ACCESS_VIOLATION_READ: 'read',
  EXCEPTION_ACCESS_VIOLATION_WRITE: 'write',
  EXCEPTION_ACCESS_VIOLATION_EXEC: 'execute',
}

/** Only Windows tells what was tried. */
export function operationOf(fault: Fault): MemoryOperation {
  return operations[fault.reason]
}

/** Whether the region permits the operation; `undefined` when the operation is not known. */
export function isPermitted(operation: MemoryOperation, region: Region): boolean | undefined {
  switch (operation) {
    case 'read':
      return region.readable
    case 'write':
      return region.writable
    case 'execute':
      return region.executable
    default:
      return undefined
  }
}

const maxAddress = 0xffff_ffff_ffff_ffffn

/**
 * Whether this is how the system reports a general protection fault, mostly an address that is not canonical. The processor does not
 * tell the address then: Windows reports a read of the highest address, the others report address 0.
 */
export function isGeneralProtectionFault({ os, reason, address }: Fault): boolean {
  switch (os) {
    case 'Windows NT':
      return reason === 'EXCEPTION_ACCESS_VIOLATION_READ' && address === maxAddress
    case 'Mac OS X':
      return reason === 'EXC_BAD_ACCESS / EXC_I386_GPFLT' && address === 0n
    case 'Linux':
    case 'Android':
      return (reason === 'SIGSEGV / SI_KERNEL' || reason === 'SIGBUS / SI_KERNEL') && address === 0n
    default:
      return false
  }
}

/** Bits 47 to 63 of a canonical address are equal. */
export function isNonCanonical(address: bigint): boolean {
  return address >= 0x0000_8000_0000_0000n && address <= 0xffff_7fff_ffff_ffffn
}
