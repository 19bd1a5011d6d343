import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import type { UnitFormat } from './forms.ts'

const unitTypeType = 2
const unitTypeSkeleton = 4
const unitTypeSplitCompile = 5
const unitTypeSplitType = 6

export interface UnitHeader extends UnitFormat {
  /** In its section. */
  readonly offset: number
  readonly end: number
  readonly abbreviationsOffset: number
  /** Where the first entry stands. */
  readonly entriesOffset: number
  /** A unit of types has no code. */
  readonly isTypes: boolean
  /** Of version 5: 16 hexadecimal digits. */
  readonly dwoId: string | undefined
}

/** Reads a header of `.debug_info`, of which the cursor's position 0 is the section's offset `base`. Damage where the next unit cannot be found. */
export function readUnitHeader(cursor: Cursor, base: number, sectionSize: number): UnitHeader {
  const offset = base + cursor.position
  let length = cursor.u32()
  let offsetSize: 4 | 8 = 4
  if (length === 0xffff_ffff) {
    offsetSize = 8
    length = cursor.u64()
  } else if (length >= 0xffff_fff0) throw new Damage('bad_unit', 'A unit of the debug information has an impossible length.')
  const end = base + cursor.position + length
  if (end > sectionSize) throw new Damage('bad_unit', 'A unit of the debug information goes on behind its section.')
  const version = cursor.u16()
  if (version < 2 || version > 5) {
    return { offset, end, version, addressSize: 8, offsetSize, abbreviationsOffset: 0, entriesOffset: end, isTypes: true, dwoId: undefined }
  }
  let addressSize: number
  let abbreviationsOffset: number
  let type = 0
  let dwoId: string | undefined
  if (version === 5) {
    type = cursor.u8()
    addressSize = cursor.u8()
    abbreviationsOffset = cursor.offset(offsetSize)
    if (type === unitTypeSkeleton || type === unitTypeSplitCompile) dwoId = signature(cursor)
    else if (type === unitTypeType || type === unitTypeSplitType) {
      cursor.skip(8)
      cursor.offset(offsetSize)
    }
  } else {
    abbreviationsOffset = cursor.offset(offsetSize)
    addressSize = cursor.u8()
  }
  const isTypes = type === unitTypeType || type === unitTypeSplitType
  return { offset, end, version, addressSize, offsetSize, abbreviationsOffset, entriesOffset: base + cursor.position, isTypes, dwoId }
}

/** Eight bytes, as a number's digits. */
export function signature(cursor: Cursor): string {
  const at = cursor.skip(8)
  const bytes = [...cursor.bytes.subarray(at, at + 8)]
  if (cursor.littleEndian) bytes.reverse()
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
