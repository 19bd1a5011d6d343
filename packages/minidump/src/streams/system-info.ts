import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import type { Location } from '../location.ts'

export type CpuName = 'x86' | 'amd64' | 'arm' | 'arm64' | 'mips' | 'mips64' | 'ppc' | 'ppc64' | 'sparc' | 'riscv' | 'riscv64' | 'unknown'

/** The CPUs whose registers can be read. */
export type KnownCpu = Exclude<CpuName, 'unknown'>

export type OsName = 'Windows NT' | 'Mac OS X' | 'iOS' | 'Linux' | 'Solaris' | 'Android' | 'PS3' | 'NaCl' | 'Fuchsia' | 'unix' | 'unknown'

/** What the 24 bytes after the fixed part say; which fields there are depends on the CPU. */
export interface CpuInformation {
  /** x86 and amd64: the twelve letters of CPUID leaf 0, as Breakpad and Crashpad store them. */
  readonly vendor?: string
  /** x86: EAX of CPUID leaf 1 (family, model, stepping). */
  readonly versionInformation?: number
  readonly featureInformation?: number
  readonly amdExtendedFeatures?: number
  /** ARM: the Main ID Register. */
  readonly armCpuId?: number
  readonly armHwcaps?: number
  /** Every other CPU: two words of feature bits. */
  readonly features?: readonly bigint[]
}

export interface SystemInfo {
  readonly cpu: CpuName
  /** The number in the file, also for a CPU this reader has no name for. */
  readonly cpuRaw: number
  readonly processorLevel: number
  readonly processorRevision: number
  readonly processorCount: number
  readonly os: OsName
  readonly osRaw: number
  /** Windows: 1 workstation, 2 domain controller, 3 server. */
  readonly productType: number
  readonly major: number
  readonly minor: number
  readonly build: number
  /** Windows: the service pack. Linux: what `uname -srvmo` prints. macOS: the build. Empty when absent. */
  readonly csdVersion: string
  readonly suiteMask: number
  readonly cpuInformation: CpuInformation
}

/** By processor architecture; of several numbers for one CPU the first is what today's writers use. */
export const cpuNames: ReadonlyMap<number, CpuName> = new Map<number, CpuName>([
  [0, 'x86'],
  [1, 'mips'],
  [3, 'ppc'],
  [5, 'arm'],
  [9, 'amd64'],
  [10, 'x86'],
  [12, 'arm64'],
  [0x8001, 'sparc'],
  [0x8002, 'ppc64'],
  [0x8003, 'arm64'],
  [0x8004, 'mips64'],
  [0x8005, 'riscv'],
  [0x8006, 'riscv64'],
])

/** By platform id. */
export const osNames: ReadonlyMap<number, OsName> = new Map<number, OsName>([
  // 1 is Windows 9x and 3 Windows CE; nobody tells them apart any more.
  [2, 'Windows NT'],
  [1, 'Windows NT'],
  [3, 'Windows NT'],
  [0x8000, 'unix'],
  [0x8101, 'Mac OS X'],
  [0x8102, 'iOS'],
  [0x8201, 'Linux'],
  [0x8202, 'Solaris'],
  [0x8203, 'Android'],
  [0x8204, 'PS3'],
  [0x8205, 'NaCl'],
  [0x8206, 'Fuchsia'],
])

/** The fixed part; the 24 bytes of CPU information after it may be missing. */
const fixedSize = 32
const wholeSize = 56

const stream = 'SystemInfo'

export function readSystemInfo(dump: DumpView, at: Location): SystemInfo | undefined {
  const fields = dump.record(at, fixedSize, wholeSize, stream)
  if (fields === undefined) return undefined
  const cpuRaw = fields.u16(0)
  const cpu = cpuNames.get(cpuRaw) ?? 'unknown'
  const osRaw = fields.u32(20)
  return {
    cpu,
    cpuRaw,
    processorLevel: fields.u16(2),
    processorRevision: fields.u16(4),
    processorCount: fields.u8(6),
    os: osNames.get(osRaw) ?? 'unknown',
    osRaw,
    productType: fields.u8(7),
    major: fields.u32(8),
    minor: fields.u32(12),
    build: fields.u32(16),
    csdVersion: dump.utf16String(fields.u32(24), stream) ?? '',
    suiteMask: fields.u16(28),
    cpuInformation: fields.length < wholeSize ? {} : readCpuInformation(fields, cpu),
  }
}

function readCpuInformation(fields: Fields, cpu: CpuName): CpuInformation {
  const vendor = String.fromCharCode(...fields.bytes.subarray(32, 44))
  // Windows leaves feature words in an amd64 dump where Breakpad and Crashpad write what x86 has.
  if (cpu === 'x86' || (cpu === 'amd64' && /^[ -~]{12}$/.test(vendor))) {
    return {
      vendor: vendor.replace(/[^ -~]/g, ''),
      versionInformation: fields.u32(44),
      featureInformation: fields.u32(48),
      amdExtendedFeatures: fields.u32(52),
    }
  }
  if (cpu === 'arm') return { armCpuId: fields.u32(32), armHwcaps: fields.u32(36) }
  return { features: [fields.u64(32), fields.u64(40)] }
}

/** Bytes of a pointer. Of an unknown CPU: 8, the case of nearly every program today. */
export function pointerSize(system: SystemInfo | undefined): 4 | 8 {
  switch (system?.cpu) {
    case 'x86':
    case 'arm':
    case 'mips':
    case 'ppc':
    case 'sparc':
    case 'riscv':
      return 4
    default:
      return 8
  }
}
