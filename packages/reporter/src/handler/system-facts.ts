import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, machine, release, version } from 'node:os'
import type { SystemInfo } from '@crashkeep/minidump'
import { architecture } from '../raw-capture/record-types.ts'

/** What the handler asks the machine: the same machine as the dead process's, and for a capture that waited perhaps one boot later. */
export interface SystemFacts {
  /** /proc/cpuinfo */
  readonly cpuInfo: string
  /** /etc/lsb-release or /etc/os-release */
  readonly lsbRelease: string
  readonly processors: number
  /** As uname has them. */
  readonly release: string
  readonly version: string
  readonly machine: string
  /** As Node names it. */
  readonly platform: string
}

export function readSystemFacts(): SystemFacts {
  return {
    cpuInfo: textOf('/proc/cpuinfo'),
    lsbRelease: textOf('/etc/lsb-release') || textOf('/etc/os-release'),
    processors: cpus().length || availableParallelism(),
    release: release(),
    version: version(),
    machine: machine(),
    platform: process.platform,
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A system without that file.
    return ''
  }
}

/** By Node's name of the platform: the name and number of a minidump. */
const systems: ReadonlyMap<string, Pick<SystemInfo, 'os' | 'osRaw'>> = new Map([
  ['linux', { os: 'Linux', osRaw: 0x8201 }],
  ['darwin', { os: 'Mac OS X', osRaw: 0x8101 }],
  ['win32', { os: 'Windows NT', osRaw: 2 }],
])
const otherSystem = { os: 'unix', osRaw: 0x8000 } as const

/** Numbers of the kernel in the numbers of the system, the rest of its name as its "service pack", as Crashpad has it. */
export function systemInfo(facts: SystemFacts, cpuRaw: number): SystemInfo {
  const isArm = cpuRaw === architecture.arm64
  const family = numberIn(facts.cpuInfo, 'cpu family')
  const model = numberIn(facts.cpuInfo, 'model')
  const stepping = numberIn(facts.cpuInfo, 'stepping')
  const [, major = '0', minor = '0', build = '0', rest = ''] = /^(\d+)\.(\d+)(?:\.(\d+))?(.*)$/.exec(facts.release) ?? []
  return {
    cpu: isArm ? 'arm64' : 'amd64',
    cpuRaw,
    processorLevel: isArm ? numberIn(facts.cpuInfo, 'CPU architecture') : family,
    processorRevision: isArm
      ? (numberIn(facts.cpuInfo, 'CPU variant') << 8) | numberIn(facts.cpuInfo, 'CPU revision')
      : ((model & 0xff) << 8) | stepping,
    processorCount: Math.min(facts.processors, 255),
    ...(systems.get(facts.platform) ?? otherSystem),
    productType: 3,
    major: Number(major),
    minor: Number(minor),
    build: Number(build),
    csdVersion: [rest, facts.version, facts.machine].filter((part) => part !== '').join(' '),
    suiteMask: 0,
    cpuInformation: isArm
      ? {}
      : {
          vendor: wordIn(facts.cpuInfo, 'vendor_id').slice(0, 12),
          versionInformation: signatureOf(family, model, stepping),
          featureInformation: 0,
        },
  }
}

/** EAX of CPUID leaf 1 from what the kernel made of it. */
function signatureOf(family: number, model: number, stepping: number): number {
  const base = Math.min(family, 15)
  return ((((family - base) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 15) << 4) | (stepping & 15)) >>> 0) & 0x0fff3fff
}

function wordIn(text: string, name: string): string {
  const line = text.split('\n', 200).find((each) => each.split(':')[0]?.trim() === name)
  return line?.slice(line.indexOf(':') + 1).trim() ?? ''
}

function numberIn(text: string, name: string): number {
  const value = Number(wordIn(text, name))
  return Number.isInteger(value) && value >= 0 ? value : 0
}
