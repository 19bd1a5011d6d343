import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CodeTable, lazyCodeTable } from './code-table.ts'
import { linuxSiCodes, linuxSignalKinds, linuxSignals } from './linux-signals.ts'
import {
  macosArithmetic,
  macosBadAccess,
  macosBadInstruction,
  macosBreakpoint,
  macosExceptions,
  macosGuardFlavors,
  macosGuards,
  macosKernCodes,
  macosResourceFlavors,
  macosResources,
  macosSoftwareCodes,
} from './macos-exceptions.ts'
import { windowsErrors } from './windows-errors.ts'
import { windowsAccessTypes, windowsExceptions, windowsFacilities, windowsFastFails } from './windows-exceptions.ts'
import { windowsStatus } from './windows-status.ts'

const folder = join(import.meta.dirname, '../../../../../shared/reference/crash-codes')

type Look = (code: number) => string | undefined

const inTable = (table: CodeTable | undefined) => (code: number) => table?.[code]

/** Every group of codes in the reference, and where it is here. */
const groups: Readonly<Record<string, Readonly<Record<string, Look>>>> = {
  linux: {
    ExceptionCodeLinux: inTable(linuxSignals),
    ExceptionCodeLinuxSicode: inTable(linuxSiCodes),
    ExceptionCodeLinuxSigillKind: inTable(linuxSignalKinds.SIGILL),
    ExceptionCodeLinuxSigtrapKind: inTable(linuxSignalKinds.SIGTRAP),
    ExceptionCodeLinuxSigfpeKind: inTable(linuxSignalKinds.SIGFPE),
    ExceptionCodeLinuxSigsegvKind: inTable(linuxSignalKinds.SIGSEGV),
    ExceptionCodeLinuxSigbusKind: inTable(linuxSignalKinds.SIGBUS),
    ExceptionCodeLinuxSigsysKind: inTable(linuxSignalKinds.SIGSYS),
  },
  macos: {
    ExceptionCodeMac: inTable(macosExceptions),
    ExceptionCodeMacBadAccessKernType: inTable(macosKernCodes),
    ExceptionCodeMacBadAccessArmType: inTable(macosBadAccess.arm),
    ExceptionCodeMacBadAccessPpcType: inTable(macosBadAccess.ppc),
    ExceptionCodeMacBadAccessX86Type: inTable(macosBadAccess.x86),
    ExceptionCodeMacBadInstructionArmType: inTable(macosBadInstruction.arm),
    ExceptionCodeMacBadInstructionPpcType: inTable(macosBadInstruction.ppc),
    ExceptionCodeMacBadInstructionX86Type: inTable(macosBadInstruction.x86),
    ExceptionCodeMacArithmeticArmType: inTable(macosArithmetic.arm),
    ExceptionCodeMacArithmeticPpcType: inTable(macosArithmetic.ppc),
    ExceptionCodeMacArithmeticX86Type: inTable(macosArithmetic.x86),
    ExceptionCodeMacSoftwareType: inTable(macosSoftwareCodes),
    ExceptionCodeMacBreakpointArmType: inTable(macosBreakpoint.arm),
    ExceptionCodeMacBreakpointPpcType: inTable(macosBreakpoint.ppc),
    ExceptionCodeMacBreakpointX86Type: inTable(macosBreakpoint.x86),
    ExceptionCodeMacResourceType: inTable(macosResources),
    ExceptionCodeMacResourceCpuFlavor: inTable(macosResourceFlavors.RESOURCE_TYPE_CPU),
    ExceptionCodeMacResourceWakeupsFlavor: inTable(macosResourceFlavors.RESOURCE_TYPE_WAKEUPS),
    ExceptionCodeMacResourceMemoryFlavor: inTable(macosResourceFlavors.RESOURCE_TYPE_MEMORY),
    ExceptionCodeMacResourceIOFlavor: inTable(macosResourceFlavors.RESOURCE_TYPE_IO),
    ExceptionCodeMacResourceThreadsFlavor: inTable(macosResourceFlavors.RESOURCE_TYPE_THREADS),
    ExceptionCodeMacGuardType: inTable(macosGuards),
    ExceptionCodeMacGuardMachPortFlavor: inTable(macosGuardFlavors.GUARD_TYPE_MACH_PORT),
    ExceptionCodeMacGuardFDFlavor: inTable(macosGuardFlavors.GUARD_TYPE_FD),
    ExceptionCodeMacGuardVNFlavor: inTable(macosGuardFlavors.GUARD_TYPE_VN),
    ExceptionCodeMacGuardVirtMemoryFlavor: inTable(macosGuardFlavors.GUARD_TYPE_VIRT_MEMORY),
    ExceptionCodeMacGuardRejecteSysCallFlavor: inTable(macosGuardFlavors.GUARD_TYPE_REJECTED_SC),
  },
  windows: {
    ExceptionCodeWindows: inTable(windowsExceptions),
    WinErrorFacilityWindows: inTable(windowsFacilities),
    WinErrorWindows: lazyCodeTable(windowsErrors),
    NtStatusWindows: lazyCodeTable(windowsStatus),
    FastFailCode: inTable(windowsFastFails),
    ExceptionCodeWindowsAccessType: inTable(windowsAccessTypes),
    ExceptionCodeWindowsInPageErrorType: inTable(windowsAccessTypes),
  },
}

describe.skipIf(!existsSync(folder)).each(Object.keys(groups))('crash codes of %s (needs ../shared fixtures)', (system) => {
  const reference: Record<string, Record<string, number>> = existsSync(folder)
    ? JSON.parse(readFileSync(join(folder, `${system}.json`), 'utf8'))
    : {}

  it('has every group', () => {
    expect(Object.keys(groups[system] ?? {}).toSorted()).toEqual(Object.keys(reference).toSorted())
  })

  it.each(Object.keys(groups[system] ?? {}))('names every code of %s', (group) => {
    const look = groups[system]?.[group]
    const wrong = Object.entries(reference[group] ?? {}).filter(([name, code]) => look?.(code >>> 0) !== name)
    expect(wrong).toEqual([])
  })
})
