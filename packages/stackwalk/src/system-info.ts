import type { Minidump, SystemInfo } from '@crashkeep/minidump'
import { formatHex } from './address.ts'
import type { SenderFacts } from './extra-json.ts'
import type { LsbRelease, ProcessedSystemInfo, ProcessLimit } from './processed-crash.ts'
import { armFeatures, armParts, armVendors } from './tables/arm-processors.ts'

export function describeSystem(dump: Minidump, system: SystemInfo, sender: SenderFacts): ProcessedSystemInfo {
  // A microdump has one text for all of it, and tells nothing of the processor but its kind.
  const isMicrodump = dump.microdump !== undefined
  const [version, build] = isMicrodump ? [system.csdVersion, undefined] : systemVersion(system)
  return {
    cpu_arch: system.cpu,
    cpu_count: system.processorCount,
    cpu_info: isMicrodump ? null : processorDescription(system),
    cpu_microcode_version: microcodeVersion(dump.linux.cpuInfo, sender.cpuMicrocodeVersion),
    os: system.os === 'unknown' ? formatHex(system.osRaw) : system.os,
    os_ver: build === undefined ? version : `${version} ${build}`,
  }
}

/**
 * Breakpad and Crashpad write 0.0.0 on Linux and what `uname -srvmo` prints beside it: `Linux VERSION BUILD… ARCH [Linux/GNU]`.
 */
function systemVersion(system: SystemInfo): [version: string, build: string | undefined] {
  const version = `${system.major}.${system.minor}.${system.build}`
  const trimmed = system.csdVersion.trim()
  const build = trimmed === '' ? undefined : trimmed
  if (system.os !== 'Linux' || version !== '0.0.0') return [version, build]
  const words = system.csdVersion.split(' ')
  const release = words[1]
  if (release === undefined || release === '0.0.0') return [version, build]
  const rest = words.slice(2)
  if (rest.pop() === 'Linux/GNU') rest.pop()
  return [release, rest.join(' ')]
}

function processorDescription(system: SystemInfo): string | null {
  if (system.cpu === 'x86' || system.cpu === 'amd64') {
    const vendor = system.cpu === 'x86' ? system.cpuInformation.vendor : undefined
    const model = (system.processorRevision >> 8) & 0xff
    const text = `family ${system.processorLevel} model ${model} stepping ${system.processorRevision & 0xff}`
    return vendor === undefined ? text : `${vendor} ${text}`
  }
  return system.cpu === 'arm' ? armDescription(system) : null
}

function armDescription(system: SystemInfo): string {
  const { armCpuId = 0, armHwcaps = 0 } = system.cpuInformation
  let text = `ARMv${system.processorLevel}`
  if (armCpuId !== 0) {
    const vendor = (armCpuId >>> 24) & 0xff
    const part = (armCpuId & 0xff00_fff0) >>> 0
    text += ` ${armVendors[vendor] ?? `vendor(${formatHex(vendor)})`} ${armParts[part] ?? `part(${formatHex(part)})`}`
  }
  const features = armFeatures.filter((_, bit) => (armHwcaps & (1 << bit)) !== 0)
  return features.length === 0 ? text : `${text} features: ${features.join(',')}`
}

function microcodeVersion(cpuInfo: string | undefined, told: string | undefined): string | null {
  const value = keyValues(cpuInfo ?? '', ':').find(([key]) => key === 'microcode')?.[1] ?? told
  return value !== undefined && /^0x[0-9a-f]{1,16}$/i.test(value) ? formatHex(BigInt(value)) : null
}

const lsbKeys: Readonly<Record<string, keyof LsbRelease>> = {
  ID: 'id',
  DISTRIB_ID: 'id',
  VERSION_ID: 'release',
  DISTRIB_RELEASE: 'release',
  VERSION_CODENAME: 'codename',
  DISTRIB_CODENAME: 'codename',
  PRETTY_NAME: 'description',
  DISTRIB_DESCRIPTION: 'description',
}

/** Both forms that exist: /etc/os-release and the older /etc/lsb-release. */
export function lsbRelease(text: string | undefined): LsbRelease | null {
  if (text === undefined) return null
  const release = { id: '', release: '', codename: '', description: '' }
  for (const [key, value] of keyValues(text, '=')) {
    const field = Object.hasOwn(lsbKeys, key) ? lsbKeys[key] : undefined
    if (field !== undefined) release[field] = value
  }
  return release
}

/** `Max open files   1024   4096   files`: columns are two or more spaces apart. */
export function processLimits(text: string | undefined): { limits: ProcessLimit[] } | null {
  if (text === undefined) return null
  const limits = new Map<string, ProcessLimit>()
  for (const line of text
    .split('\n')
    .filter((row) => row !== '')
    .slice(1)) {
    const [name, soft, hard, unit = 'n/a'] = line
      .split('  ')
      .filter((column) => column !== '')
      .map((column) => column.trim())
    if (name === undefined || soft === undefined || hard === undefined) continue
    limits.set(name, { name, soft: limit(soft), hard: limit(hard), unit })
  }
  return { limits: [...limits.values()] }
}

function limit(text: string): number | 'unlimited' {
  if (text === 'unlimited') return text
  // What is no number of 64 bits is 0, as in rust-minidump.
  return /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n ? Number(text) : 0
}

export function processIdOfStatus(text: string | undefined): number | null {
  if (text === undefined) return null
  const value = keyValues(text, ':').find(([key]) => key === 'Pid')?.[1] ?? ''
  return /^\d{1,10}$/.test(value) ? Number(value) : 0
}

function keyValues(text: string, separator: string): [key: string, value: string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(separator)
    return at < 0 ? [] : [[unquote(line.slice(0, at)), unquote(line.slice(at + 1))]]
  })
}

function unquote(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed
}
