import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import * as dw from './constants.ts'

/** What the size of a value depends on. */
export interface UnitFormat {
  readonly version: number
  readonly addressSize: number
  readonly offsetSize: 4 | 8
}

/** Offsets into the file of dwz are kept apart from the file's own by this: no section is so large. */
export const alternateBase: number = 2 ** 52

/** What a step over a value is, where it is not a number of bytes. */
export const stepLeb = -1
export const stepString = -2
export const stepBlock1 = -3
export const stepBlock2 = -4
export const stepBlock4 = -5
export const stepBlock = -6
export const stepIndirect = -7

/** How many bytes a value takes, or one of the steps above. */
export function formStep(form: number, format: UnitFormat): number {
  switch (form) {
    case dw.formFlagPresent:
    case dw.formImplicitConst:
      return 0
    case dw.formData1:
    case dw.formFlag:
    case dw.formRef1:
    case dw.formStrx1:
    case dw.formAddrx1:
      return 1
    case dw.formData2:
    case dw.formRef2:
    case dw.formStrx2:
    case dw.formAddrx2:
      return 2
    case dw.formStrx3:
    case dw.formAddrx3:
      return 3
    case dw.formData4:
    case dw.formRef4:
    case dw.formRefSup4:
    case dw.formStrx4:
    case dw.formAddrx4:
      return 4
    case dw.formData8:
    case dw.formRef8:
    case dw.formRefSig8:
    case dw.formRefSup8:
      return 8
    case dw.formData16:
      return 16
    case dw.formAddr:
      return format.addressSize
    case dw.formRefAddr:
      return format.version <= 2 ? format.addressSize : format.offsetSize
    case dw.formStrp:
    case dw.formSecOffset:
    case dw.formLineStrp:
    case dw.formStrpSup:
    case dw.formGnuRefAlt:
    case dw.formGnuStrpAlt:
      return format.offsetSize
    case dw.formSdata:
    case dw.formUdata:
    case dw.formRefUdata:
    case dw.formStrx:
    case dw.formAddrx:
    case dw.formLoclistx:
    case dw.formRnglistx:
    case dw.formGnuAddrIndex:
    case dw.formGnuStrIndex:
      return stepLeb
    case dw.formString:
      return stepString
    case dw.formBlock1:
      return stepBlock1
    case dw.formBlock2:
      return stepBlock2
    case dw.formBlock4:
      return stepBlock4
    case dw.formBlock:
    case dw.formExprloc:
      return stepBlock
    case dw.formIndirect:
      return stepIndirect
    default:
      throw new Damage('unknown_form', `The debug information has values of the unknown form 0x${form.toString(16)}.`)
  }
}

/** Moves over a value. */
export function takeStep(cursor: Cursor, step: number, format: UnitFormat): void {
  if (step >= 0) cursor.skip(step)
  else if (step === stepLeb) cursor.skipLeb()
  else if (step === stepString) cursor.skipString()
  else if (step === stepBlock1) cursor.skip(cursor.u8())
  else if (step === stepBlock2) cursor.skip(cursor.u16())
  else if (step === stepBlock4) cursor.skip(cursor.u32())
  else if (step === stepBlock) cursor.skip(cursor.uleb())
  else takeStep(cursor, directStep(cursor.uleb(), format), format)
}

function directStep(form: number, format: UnitFormat): number {
  // A chain of indirections could be as long as the section.
  if (form === dw.formIndirect) throw new Damage('unknown_form', 'A value of the debug information is indirect twice.')
  return formStep(form, format)
}

/**
 * Reads a value as a number: addresses, constants, offsets and indexes as they stand; references as offsets in their section (those into dwz's file
 * plus `alternateBase`); for a string in place and for blocks where they begin, as an offset from `unitOffset`'s section.
 */
export function readForm(cursor: Cursor, form: number, format: UnitFormat, unitOffset: number, implicit: number): number {
  switch (form) {
    case dw.formFlagPresent:
      return 1
    case dw.formImplicitConst:
      return implicit
    case dw.formData1:
    case dw.formFlag:
    case dw.formStrx1:
    case dw.formAddrx1:
      return cursor.u8()
    case dw.formData2:
    case dw.formStrx2:
    case dw.formAddrx2:
      return cursor.u16()
    case dw.formStrx3:
    case dw.formAddrx3:
      return cursor.u24()
    case dw.formData4:
    case dw.formStrx4:
    case dw.formAddrx4:
      return cursor.u32()
    case dw.formData8:
      return cursor.u64()
    case dw.formRef1:
      return unitOffset + cursor.u8()
    case dw.formRef2:
      return unitOffset + cursor.u16()
    case dw.formRef4:
      return unitOffset + cursor.u32()
    case dw.formRef8:
      return unitOffset + cursor.u64()
    case dw.formRefUdata:
      return unitOffset + cursor.uleb()
    case dw.formRefAddr:
      return format.version <= 2 && format.addressSize !== 8
        ? cursor.u32()
        : format.version <= 2
          ? cursor.u64()
          : cursor.offset(format.offsetSize)
    case dw.formRefSup4:
      return alternateBase + cursor.u32()
    case dw.formRefSup8:
      return alternateBase + cursor.u64()
    case dw.formGnuRefAlt:
      return alternateBase + cursor.offset(format.offsetSize)
    case dw.formAddr:
      return cursor.address(format.addressSize)
    case dw.formStrp:
    case dw.formSecOffset:
    case dw.formLineStrp:
    case dw.formStrpSup:
    case dw.formGnuStrpAlt:
      return cursor.offset(format.offsetSize)
    case dw.formSdata:
      return cursor.sleb()
    case dw.formUdata:
    case dw.formStrx:
    case dw.formAddrx:
    case dw.formLoclistx:
    case dw.formRnglistx:
    case dw.formGnuAddrIndex:
    case dw.formGnuStrIndex:
      return cursor.uleb()
    case dw.formIndirect: {
      const direct = cursor.uleb()
      directStep(direct, format)
      return readForm(cursor, direct, format, unitOffset, 0)
    }
    default: {
      const at = cursor.position
      takeStep(cursor, formStep(form, format), format)
      return at
    }
  }
}

export function isAddressForm(form: number): boolean {
  return form === dw.formAddr || isAddressIndex(form)
}

/** The value is an index into `.debug_addr`. */
export function isAddressIndex(form: number): boolean {
  return form === dw.formAddrx || (form >= dw.formAddrx1 && form <= dw.formAddrx4) || form === dw.formGnuAddrIndex
}

/** The value is an index into `.debug_str_offsets`. */
export function isStringIndex(form: number): boolean {
  return form === dw.formStrx || (form >= dw.formStrx1 && form <= dw.formStrx4) || form === dw.formGnuStrIndex
}
