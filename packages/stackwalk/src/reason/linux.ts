import type { Exception } from '@crashkeep/minidump'
import { formatHex } from '../address.ts'
import { linuxSiCodes, linuxSignalKinds, linuxSignals } from '../tables/linux-signals.ts'

/** `SIGSEGV / SEGV_MAPERR`. A signal that another process or the program itself sent by kill (SI_USER) is printed alone. */
export function linuxReason(exception: Exception): string | undefined {
  const signal = linuxSignals[exception.code]
  if (signal === undefined) return undefined
  const kind = linuxSignalKinds[signal]?.[exception.flags]
  if (kind !== undefined) return `${signal} / ${kind}`
  const siCode = linuxSiCodes[exception.flags]
  if (siCode === 'SI_USER') return signal
  return `${signal} / ${siCode ?? formatHex32(exception.flags)}`
}

export function formatHex32(value: number | bigint): string {
  return `0x${formatHex(value).slice(2).padStart(8, '0')}`
}
