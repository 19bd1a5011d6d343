import type { DumpView } from '../dump-view.ts'
import type { Location } from '../location.ts'

export interface Assertion {
  readonly expression: string
  readonly function: string
  readonly file: string
  readonly line: number
  /** 1 invalid parameter, 2 pure virtual call. */
  readonly type: number
}

const recordSize = 776

export function readAssertion(dump: DumpView, at: Location): Assertion | undefined {
  const fields = dump.record(at, recordSize, recordSize, 'Assertion')
  return (
    fields && {
      expression: fields.fixedUtf16(0, 128),
      function: fields.fixedUtf16(256, 128),
      file: fields.fixedUtf16(512, 128),
      line: fields.u32(768),
      type: fields.u32(772),
    }
  )
}
