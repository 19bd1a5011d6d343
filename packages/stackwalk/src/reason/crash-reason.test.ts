import type { CpuName, Exception, OsName, SystemInfo } from '@crashkeep/minidump'
import { expect, test } from 'vitest'
import { crashAddress, crashReason } from './crash-reason.ts'
import { windowsErrorText } from './windows.ts'

function exception(code: number, flags = 0, parameters: bigint[] = [], address = 0n): Exception {
  const contextLocation = { rva: 0, size: 0 }
  return { threadId: 1, code, flags, nestedRecordAddress: 0n, address, parameters, context: undefined, contextLocation }
}

function system(os: OsName, cpu: CpuName = 'amd64'): SystemInfo {
  return {
    ...{
      cpu,
      cpuRaw: 0,
      processorLevel: 0,
      processorRevision: 0,
      processorCount: 1,
      os,
      osRaw: 0,
      productType: 1,
      major: 0,
      minor: 0,
      build: 0,
    },
    ...{ csdVersion: '', suiteMask: 0, cpuInformation: {} },
  }
}

test.each([
  [11, 1, 'SIGSEGV / SEGV_MAPERR'],
  [11, 0, 'SIGSEGV'],
  [11, 0x80, 'SIGSEGV / SI_KERNEL'],
  [11, 0x1234, 'SIGSEGV / 0x00001234'],
  [6, 0xffff_fffa, 'SIGABRT / SI_TKILL'],
  [8, 1, 'SIGFPE / FPE_INTDIV'],
  [31, 1, 'SIGSYS / SYS_SECCOMP'],
  [0xffff_ffff, 0, 'DUMP_REQUESTED'],
  [77, 5, 'unknown 0x0000004d / 0x00000005'],
])('Linux %i with %i is %s', (code, flags, text) => {
  expect(crashReason(exception(code, flags), system('Linux'))).toBe(text)
  expect(crashReason(exception(code, flags), system('Android', 'arm64'))).toBe(text)
})

test.each([
  [0xc000_0005, [1n, 0n], 'EXCEPTION_ACCESS_VIOLATION_WRITE'],
  [0xc000_0005, [8n, 0n], 'EXCEPTION_ACCESS_VIOLATION_EXEC'],
  [0xc000_0005, [5n, 0n], 'EXCEPTION_ACCESS_VIOLATION'],
  [0xc000_0005, [0x1_0000_0000n, 0n], 'EXCEPTION_ACCESS_VIOLATION'],
  [0xc000_0005, [], 'EXCEPTION_ACCESS_VIOLATION'],
  [0xc000_0006, [0n, 0n, 0xffff_ffff_c000_0005n], 'EXCEPTION_IN_PAGE_ERROR_READ / STATUS_ACCESS_VIOLATION'],
  [0xc000_0006, [0n, 0n, 0x1234_5678n], 'EXCEPTION_IN_PAGE_ERROR_READ / 0x12345678'],
  [0xc000_0409, [7n], 'EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_FATAL_APP_EXIT'],
  [0xc000_0409, [0xfffn], 'EXCEPTION_STACK_BUFFER_OVERRUN / 0x00000fff'],
  [0xe000_0008, [], 'Out of Memory'],
  [0xe06d_7363, [], 'Unhandled C++ Exception'],
  [0x8000_0003, [], 'EXCEPTION_BREAKPOINT'],
  [0xc000_0374, [], 'STATUS_HEAP_CORRUPTION'],
  [0xc06d_007e, [], 'FACILITY_VISUALCPP / ERROR_MOD_NOT_FOUND'],
  [0xdead_beef, [], 'unknown 0xdeadbeef'],
])('Windows %i with %s is %s', (code, parameters, text) => {
  expect(crashReason(exception(code, 0, parameters), system('Windows NT'))).toBe(text)
})

test.each<[number, number, bigint[], CpuName, string]>([
  [1, 1, [], 'amd64', 'EXC_BAD_ACCESS / KERN_INVALID_ADDRESS'],
  [1, 0xd, [], 'amd64', 'EXC_BAD_ACCESS / EXC_I386_GPFLT'],
  [1, 0x105, [], 'arm64', 'EXC_BAD_ACCESS / EXC_ARM_PAC_FAIL'],
  [1, 0x105, [], 'amd64', 'EXC_BAD_ACCESS / 0x00000105'],
  [3, 1, [], 'amd64', 'EXC_ARITHMETIC / EXC_I386_DIV'],
  [5, 65538, [], 'arm64', 'EXC_SOFTWARE / SIGABRT'],
  [6, 1, [], 'arm64', 'EXC_BREAKPOINT / EXC_ARM_BREAKPOINT'],
  [0x4350_7378, 0, [], 'amd64', 'Simulated Exception'],
  [0x4350_6e78, 0, [], 'amd64', 'unknown 0x43506e78 / 0x00000000'],
  [
    11,
    1 << 29,
    [0n, (2n << 58n) | (180n << 7n) | 5n, 4n],
    'arm64',
    'EXC_RESOURCE / RESOURCE_TYPE_CPU / FLAVOR_CPU_MONITOR_FATAL interval: 180s CPU limit: 5% CPU consumed: 4%',
  ],
  [
    11,
    3 << 29,
    [0n, (1n << 58n) | 2048n, 0n],
    'arm64',
    'EXC_RESOURCE / RESOURCE_TYPE_MEMORY / FLAVOR_HIGH_WATERMARK high watermark limit: 2048MiB',
  ],
  [11, 3 << 29, [0n, 0n, 9n], 'arm64', 'EXC_RESOURCE / RESOURCE_TYPE_MEMORY / 0x0000000000000000 / 0x0000000000000009'],
  [12, 2 << 29, [0n, (1n << 32n) | 5n, 9n], 'arm64', 'EXC_GUARD / GUARD_TYPE_FD / GUARD_EXC_CLOSE file descriptor: 5 guard identifier: 9'],
  [12, 1 << 29, [0n, (8n << 32n) | 3n, 0n], 'arm64', 'EXC_GUARD / GUARD_TYPE_MACH_PORT / GUARD_EXC_UNGUARDED port name: 3'],
])('macOS %i with %i %s on %s is %s', (code, flags, parameters, cpu, text) => {
  expect(crashReason(exception(code, flags >>> 0, parameters), system('Mac OS X', cpu))).toBe(text)
})

test('a system without a table shows the raw numbers', () => {
  expect(crashReason(exception(3, 4), system('Fuchsia'))).toBe('unknown 0x00000003 / 0x00000004')
})

test('the address is the accessed one on Windows, and 32 bits wide on 32-bit processors', () => {
  const violation = exception(0xc000_0005, 0, [0n, 0x10n], 0x1234n)
  expect(crashAddress(violation, system('Windows NT'))).toBe(0x10n)
  expect(crashAddress(violation, system('Linux'))).toBe(0x1234n)
  expect(crashAddress(exception(11, 1, [], 0xffff_ffff_8000_0000n), system('Linux', 'x86'))).toBe(0x8000_0000n)
})

test('names Win32 errors before NTSTATUS values', () => {
  expect(windowsErrorText(0)).toBe('ERROR_SUCCESS')
  expect(windowsErrorText(0xc000_0034)).toBe('STATUS_OBJECT_NAME_NOT_FOUND')
})
