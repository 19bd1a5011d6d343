import { machineArm, machineArm64, machineArm64Ec, machineArm64X, machineX64, machineX86, type PeFile } from './read-pe.ts'

/** As MODULE names a processor. */
export function cpuOfMachine(machine: number): string {
  switch (machine) {
    case machineX86:
      return 'x86'
    case machineX64:
    case machineArm64Ec:
      return 'x86_64'
    case machineArm:
      return 'arm'
    case machineArm64:
    case machineArm64X:
      return 'arm64'
    default:
      return 'unknown'
  }
}

/** As symbol servers and crash reports name the file itself. */
export function codeIdOf(pe: PeFile): string {
  return (pe.timestamp.toString(16).padStart(8, '0') + pe.imageSize.toString(16)).toUpperCase()
}
