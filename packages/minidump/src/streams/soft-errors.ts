import { type DumpView, decodeUtf8, withoutTrailingNuls } from '../dump-view.ts'
import { maxSoftErrorBytes } from '../limits.ts'
import type { Location } from '../location.ts'

/** MozSoftErrors: JSON text in which Mozilla's writer lists what it could not do. */
export function readSoftErrors(dump: DumpView, at: Location): string {
  const { size } = dump.clip(at)
  if (size > maxSoftErrorBytes) {
    dump.problems.add('limit_reached', `MozSoftErrors has ${size} bytes; the first ${maxSoftErrorBytes} were read.`, 'MozSoftErrors')
  }
  return withoutTrailingNuls(decodeUtf8(dump.source.read(at.rva, Math.min(size, maxSoftErrorBytes))))
}
