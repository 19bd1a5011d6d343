/** What every report of a process says without being asked, in Electron's names. */
import { readFileSync } from 'node:fs'

const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', ia32: 'x86' }

/** Of all processes of the program. `prod` and `ver` are the runtime's: Electron's reports name Electron there. */
export function processAnnotations(globalExtra: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.fromEntries(Object.entries(globalExtra).filter(([key]) => key !== ''))
  const platform = platformName()
  const release = process.platform === 'linux' ? linuxRelease() : undefined
  return {
    ...given,
    prod: 'Node.js',
    ver: process.versions.node,
    ...(platform !== undefined && { plat: platform }),
    ...(release !== undefined && { 'lsb-release': release }),
  }
}

/** Of this process. */
export function ownAnnotations(processType: string): Record<string, string> {
  return {
    ptype: processType,
    process_type: processType,
    platform: process.platform,
    pid: String(process.pid),
    osarch: architectures[process.arch] ?? process.arch,
  }
}

function platformName(): string | undefined {
  if (process.platform === 'linux') return 'Linux'
  if (process.platform === 'darwin') return 'OS X'
  if (process.platform === 'win32') return process.arch === 'x64' ? 'Win64' : process.arch === 'ia32' ? 'Win32' : undefined
  return undefined
}

function linuxRelease(): string | undefined {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
