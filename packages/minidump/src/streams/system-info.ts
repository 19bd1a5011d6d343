export type CpuName = 'x86' | 'amd64' | 'arm' | 'arm64' | 'mips' | 'mips64' | 'ppc' | 'ppc64' | 'sparc' | 'riscv' | 'riscv64' | 'unknown'

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
