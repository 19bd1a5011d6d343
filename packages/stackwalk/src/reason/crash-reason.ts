import type { Exception, SystemInfo } from '@crashkeep/minidump'
import { pointerBytes } from '../register-set.ts'
import { formatHex32, linuxReason } from './linux.ts'
import { macosReason } from './macos.ts'
import { hasAccessedAddress, windowsReason } from './windows.ts'

/** Why the process died, in the words of its system. */
export function crashReason(exception: Exception, system: SystemInfo): string {
  return reasonBySystem(exception, system) ?? `unknown ${formatHex32(exception.code)} / ${formatHex32(exception.flags)}`
}

function reasonBySystem(exception: Exception, system: SystemInfo): string | undefined {
  switch (system.os) {
    case 'Windows NT':
      return windowsReason(exception)
    case 'Mac OS X':
    case 'iOS':
      return macosReason(exception, system.cpu)
    case 'Linux':
    case 'Android':
      return linuxReason(exception)
    default:
      return undefined
  }
}

/** The address whose access failed, where the system tells, else the address of the instruction. */
export function crashAddress(exception: Exception, system: SystemInfo): bigint {
  const accessed = system.os === 'Windows NT' && hasAccessedAddress(exception) ? exception.parameters[1] : undefined
  const address = accessed ?? exception.address
  // 32-bit addresses are sometimes sign-extended by the writer.
  return pointerBytes(system.cpu) === 4 ? BigInt.asUintN(32, address) : address
}
