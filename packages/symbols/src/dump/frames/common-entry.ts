import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'

/** What several frame descriptions share. */
export interface CommonEntry {
  readonly codeAlignment: number
  readonly dataAlignment: number
  readonly returnRegister: number
  /** Of addresses, DW_EH_PE_…; 0 is absolute. */
  readonly pointerEncoding: number
  readonly addressSize: number
  /** Descriptions have data of their own before their instructions. */
  readonly hasAugmentation: boolean
  readonly instructions: Uint8Array
}

/** Where pointers that are not absolute count from. */
export interface PointerBases {
  /** Address of the section's first byte. */
  readonly section: number
  readonly text?: number
  readonly data?: number
}

/** Reads a CIE behind its id, up to `end`. */
export function readCommonEntry(cursor: Cursor, end: number, isEh: boolean, addressSize: number): CommonEntry {
  const version = cursor.u8()
  if (version !== 1 && version !== 3 && version !== 4)
    throw new Damage('bad_frame', `Frame information has the unknown version ${version}.`)
  const augmentation = cursor.string()
  let size = addressSize
  if (version === 4) {
    size = cursor.u8()
    cursor.u8()
  }
  // An old GCC's; a pointer follows.
  if (augmentation === 'eh') cursor.skip(addressSize)
  const codeAlignment = cursor.uleb()
  const dataAlignment = cursor.sleb()
  const returnRegister = version === 1 ? cursor.u8() : cursor.uleb()
  let pointerEncoding = 0
  const hasAugmentation = augmentation.startsWith('z')
  if (hasAugmentation) {
    const length = cursor.uleb()
    const after = cursor.position + length
    for (const letter of augmentation.slice(1)) {
      if (letter === 'L') cursor.u8()
      else if (letter === 'P') skipPointer(cursor, cursor.u8(), size)
      else if (letter === 'R') pointerEncoding = cursor.u8()
      else if (letter !== 'S' && letter !== 'B' && letter !== 'G') break
    }
    cursor.position = Math.min(after, end)
  } else if (augmentation !== '' && augmentation !== 'eh') {
    throw new Damage('bad_frame', 'Frame information has an unknown augmentation.')
  }
  if (!isEh) pointerEncoding = 0
  const instructions = cursor.bytes.slice(cursor.position, end)
  return { codeAlignment, dataAlignment, returnRegister, pointerEncoding, addressSize: size, hasAugmentation, instructions }
}

function skipPointer(cursor: Cursor, encoding: number, addressSize: number): void {
  readEncoded(cursor, encoding, addressSize)
}

/** A pointer without what it counts from. */
export function readEncoded(cursor: Cursor, encoding: number, addressSize: number): number {
  switch (encoding & 15) {
    case 0:
      return cursor.address(addressSize)
    case 1:
      return cursor.uleb()
    case 2:
      return cursor.u16()
    case 3:
      return cursor.u32()
    case 4:
      return cursor.u64()
    case 8:
      return addressSize === 8 ? cursor.i64() : cursor.i32()
    case 9:
      return cursor.sleb()
    case 10:
      return (cursor.u16() << 16) >> 16
    case 11:
      return cursor.i32()
    case 12:
      return cursor.i64()
    default:
      throw new Damage('bad_frame', 'Frame information has pointers of an unknown kind.')
  }
}

/** A pointer as an address. `position` is the address of the pointer itself. */
export function readPointer(cursor: Cursor, encoding: number, addressSize: number, position: number, bases: PointerBases): number {
  const value = readEncoded(cursor, encoding, addressSize)
  const from = encoding & 0x70
  let address = value
  if (from === 0x10) address += position
  else if (from === 0x20) address += bases.text ?? 0
  else if (from === 0x30) address += bases.data ?? 0
  return addressSize === 4 ? address >>> 0 : address
}
