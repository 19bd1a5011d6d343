import type { CpuName, Exception } from '@crashkeep/minidump'
import type { CodeTable } from '../tables/code-table.ts'
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
} from '../tables/macos-exceptions.ts'
import { formatHex32 } from './linux.ts'

/** `EXC_BAD_ACCESS / KERN_INVALID_ADDRESS`; the codes of a Mach exception mean something else for each type and processor. */
export function macosReason(exception: Exception, cpu: CpuName): string | undefined {
  const name = macosExceptions[exception.code]
  if (name === undefined) return undefined
  if (name === 'SIMULATED') return 'Simulated Exception'
  const { flags } = exception
  const family = cpuFamily(cpu)
  const kind = (flags >>> 29) & 7
  const code = exception.parameters[1] ?? 0n
  const subcode = exception.parameters[2] ?? 0n
  switch (name) {
    case 'EXC_BAD_ACCESS':
      return withCode(name, flags, macosKernCodes[flags] ?? named(macosBadAccess, family, flags))
    case 'EXC_BAD_INSTRUCTION':
      return withCode(name, flags, named(macosBadInstruction, family, flags))
    case 'EXC_ARITHMETIC':
      return withCode(name, flags, named(macosArithmetic, family, flags))
    case 'EXC_BREAKPOINT':
      return withCode(name, flags, named(macosBreakpoint, family, flags))
    case 'EXC_SOFTWARE':
      return withCode(name, flags, macosSoftwareCodes[flags])
    case 'EXC_RESOURCE':
      return macosResources[kind] === undefined ? withCode(name, flags) : resourceReason(macosResources[kind], code, subcode)
    case 'EXC_GUARD':
      return macosGuards[kind] === undefined ? withCode(name, flags) : guardReason(macosGuards[kind], code, subcode)
    default:
      return withCode(name, flags)
  }
}

function withCode(name: string, flags: number, code?: string): string {
  return `${name} / ${code ?? formatHex32(flags)}`
}

function named(tables: Readonly<Record<string, CodeTable>>, family: string, code: number): string | undefined {
  return tables[family]?.[code]
}

function cpuFamily(cpu: CpuName): string {
  if (cpu === 'arm64') return 'arm'
  if (cpu === 'x86' || cpu === 'amd64') return 'x86'
  return cpu
}

/** Codes are packed as in xnu's osfmk/kern/exc_resource.h: the flavour in bits 58–60, limits and observations below. */
function resourceReason(kind: string, code: bigint, subcode: bigint): string {
  const flavor = macosResourceFlavors[kind]?.[Number((code >> 58n) & 7n)]
  const rest = flavor === undefined ? rawCodes(code, subcode) : `${flavor} ${resourceFigures(kind, code, subcode)}`
  return `EXC_RESOURCE / ${kind} / ${rest}`
}

function resourceFigures(kind: string, code: bigint, subcode: bigint): string {
  switch (kind) {
    case 'RESOURCE_TYPE_CPU':
      return `interval: ${(code >> 7n) & 0x1ff_ffffn}s CPU limit: ${code & 7n}% CPU consumed: ${subcode & 7n}%`
    case 'RESOURCE_TYPE_WAKEUPS':
      return `interval: ${(code >> 20n) & 0xf_ffffn}s wakeups permitted: ${code & 0xfffn} wakeups observed: ${subcode & 0xfffn}`
    case 'RESOURCE_TYPE_MEMORY':
      return `high watermark limit: ${code & 0x1fffn}MiB`
    case 'RESOURCE_TYPE_IO':
      return `interval: ${(code >> 15n) & 0x1_ffffn}s I/O limit: ${code & 0x7fffn}% I/O observed: ${subcode & 0x7fffn}%`
    default:
      return `high watermark limit: ${code & 0x7fffn}`
  }
}

/** Codes are packed as in xnu's osfmk/kern/exc_guard.h: the flavour in bits 32–60, the guarded thing below. */
function guardReason(kind: string, code: bigint, subcode: bigint): string {
  if (kind === 'GUARD_TYPE_NONE') return `EXC_GUARD / ${kind}`
  // The missing space is in rust-minidump's text and in everything that was ever grouped by it.
  if (kind === 'GUARD_TYPE_USER') return `EXC_GUARD / ${kind}/ namespace: ${code & 0xffff_ffffn} guard identifier: ${subcode}`
  const flavor = macosGuardFlavors[kind]?.[Number((code >> 32n) & 0x1fff_ffffn)]
  const rest = flavor === undefined ? rawCodes(code, subcode) : `${flavor} ${guardFigures(kind, code & 0xfff_ffffn, subcode)}`
  return `EXC_GUARD / ${kind} / ${rest}`
}

function guardFigures(kind: string, guarded: bigint, subcode: bigint): string {
  switch (kind) {
    case 'GUARD_TYPE_MACH_PORT':
      return `port name: ${guarded}${subcode === 0n ? '' : ` subcode: ${subcode}`}`
    case 'GUARD_TYPE_FD':
      return `file descriptor: ${guarded} guard identifier: ${subcode}`
    case 'GUARD_TYPE_VN':
      return `pid: ${guarded} guard identifier: ${subcode}`
    case 'GUARD_TYPE_VIRT_MEMORY':
      return `offset: ${subcode}`
    default:
      return `syscall: ${subcode}`
  }
}

function rawCodes(code: bigint, subcode: bigint): string {
  const hex = (value: bigint) => `0x${value.toString(16).padStart(16, '0')}`
  return `${hex(code)} / ${hex(subcode)}`
}
