import type { Cursor } from '../cursor.ts'
import { maxUnitBytes } from '../limits.ts'
import type { NameTable } from '../output/name-table.ts'
import { Damage } from '../problem.ts'
import type { Abbreviations } from './abbreviations.ts'
import * as dw from './constants.ts'
import type { DwarfFile } from './dwarf-file.ts'
import { isAddressForm, isAddressIndex, readForm } from './forms.ts'
import { signature, type UnitHeader } from './unit-header.ts'

/** A unit with what its first entry says. Offsets are -1 where they are not given. */
export interface Unit {
  readonly file: DwarfFile
  readonly header: UnitHeader
  readonly abbreviations: Abbreviations
  /** Over the whole unit, at its first entry; position `p` is offset `base + p` of the section. */
  readonly cursor: Cursor
  readonly base: number
  /** What ranges count from. */
  lowPc: number
  lineOffset: number
  directory: string
  name: string
  dwoName: string
  dwoId: string | undefined
  strOffsetsBase: number
  addrBase: number
  rnglistsBase: number
  rangesBase: number
  /** The file whose `.debug_addr` and, in version 4, `.debug_ranges` this unit uses: for a split unit that of its skeleton. */
  addressFile: DwarfFile
}

/**
 * `skeleton` is what a split unit continues. `names` may be any table; strings pass through it. Only so many bytes as wanted are sure to be under the
 * cursor. A whole unit that is no split one is for walking: the next one takes its place.
 */
export function openUnit(
  file: DwarfFile,
  header: UnitHeader,
  alternate: DwarfFile | undefined,
  names: NameTable,
  skeleton?: Unit,
  wantedBytes: number = maxUnitBytes,
): Unit {
  const length = header.end - header.offset
  if (length > maxUnitBytes) throw new Damage('too_large_unit', 'A unit of the debug information is larger than the limit.')
  const abbreviations = file.abbreviations(header.abbreviationsOffset, header)
  const isWalked = skeleton === undefined && wantedBytes === maxUnitBytes
  const { cursor, base } = isWalked
    ? file.walkedAt('info', header.offset, length)
    : file.cursorAt('info', header.offset, Math.min(length, wantedBytes))
  cursor.end = Math.min(header.end - base, cursor.end)
  cursor.position = header.entriesOffset - base
  // Of split units of version 5 the tables begin behind their headers and are not named.
  const firstEntry = header.version >= 5 && skeleton !== undefined ? (header.offsetSize === 8 ? 16 : 8) : 0
  const unit: Unit = {
    file,
    header,
    abbreviations,
    cursor,
    base,
    lowPc: skeleton?.lowPc ?? 0,
    lineOffset: -1,
    directory: '',
    name: '',
    dwoName: '',
    dwoId: header.dwoId,
    strOffsetsBase: firstEntry,
    addrBase: skeleton?.addrBase ?? (header.version >= 5 ? (header.offsetSize === 8 ? 16 : 8) : 0),
    rnglistsBase: header.version >= 5 && skeleton !== undefined ? (header.offsetSize === 8 ? 20 : 12) : 0,
    rangesBase: skeleton?.rangesBase ?? 0,
    addressFile: skeleton?.file ?? file,
  }
  readFirstEntry(unit, alternate, names)
  return unit
}

function readFirstEntry(unit: Unit, alternate: DwarfFile | undefined, names: NameTable): void {
  const { cursor, abbreviations, header, file } = unit
  const start = cursor.position
  const code = cursor.uleb()
  const strings: [form: number, value: number, set: (text: string) => void][] = []
  let [lowPcForm, lowPc] = [0, 0]
  for (let index = abbreviations.starts[code] ?? 0; index < (abbreviations.ends[code] ?? 0); index++) {
    const form = abbreviations.forms[index] ?? 0
    const name = abbreviations.names[index] ?? 0
    if (name === dw.atGnuDwoId && form === dw.formData8) {
      unit.dwoId = signature(cursor)
      continue
    }
    const value = readForm(cursor, form, header, header.offset, abbreviations.implicits[index] ?? 0)
    if (name === dw.atStmtList) unit.lineOffset = value
    else if (name === dw.atStrOffsetsBase) unit.strOffsetsBase = value
    else if (name === dw.atAddrBase || name === dw.atGnuAddrBase) unit.addrBase = value
    else if (name === dw.atRnglistsBase) unit.rnglistsBase = value
    else if (name === dw.atGnuRangesBase) unit.rangesBase = value
    else if (name === dw.atLowPc && isAddressForm(form)) [lowPcForm, lowPc] = [form, value]
    else if (name === dw.atName) strings.push([form, value, (text) => (unit.name = text)])
    else if (name === dw.atCompDir) strings.push([form, value, (text) => (unit.directory = text)])
    else if (name === dw.atDwoName || name === dw.atGnuDwoName) strings.push([form, value, (text) => (unit.dwoName = text)])
  }
  // Indexes need the bases, which may come later.
  if (lowPcForm !== 0) unit.lowPc = isAddressIndex(lowPcForm) ? addressAt(unit, lowPc) : lowPc
  for (const [form, value, set] of strings) {
    const id = file.addString(cursor.bytes, form, value, unit, header, alternate, names)
    if (id >= 0) set(names.get(id))
  }
  cursor.position = start
}

/** The address with an index in `.debug_addr`. */
export function addressAt(unit: Unit, index: number): number {
  const { addressSize } = unit.header
  return unit.addressFile.cursorAt('addr', unit.addrBase + index * addressSize, addressSize).cursor.address(addressSize)
}
