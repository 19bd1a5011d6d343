import { Cursor } from '../cursor.ts'
import { partOf } from '../window.ts'
import { maxUnits } from './limits.ts'
import type { DwarfSectionName, DwarfSections } from './sections.ts'
import { signature } from './unit-header.ts'

/** Names of a package's parts by their numbers, in GNU's index of version 2 and in that of DWARF 5. */
const parts: Readonly<Record<number, DwarfSectionName>> = { 1: 'info', 3: 'abbrev', 4: 'line', 6: 'str_offsets' }
const partsOfVersion5: Readonly<Record<number, DwarfSectionName>> = { ...parts, 8: 'rnglists' }
const maxColumns = 16

/** Units of a `.dwp` by id: each has a part of each section. Undefined where the file is no package. */
export function openPackage(sections: DwarfSections): ((id: string) => DwarfSections | undefined) | undefined {
  const index = sections.section('cu_index')
  if (index === undefined) return undefined
  const bytes = index.read(0, index.size)
  const cursor = new Cursor(bytes, 0, bytes.length, sections.littleEndian)
  // Version 5 has 16 bits and 16 of padding.
  const word = cursor.u32()
  const version = word === 2 ? 2 : sections.littleEndian ? word & 0xffff : word >>> 16
  const [columns, units, slots] = [cursor.u32(), cursor.u32(), cursor.u32()]
  const entries = cursor.position
  const names = version === 5 ? partsOfVersion5 : parts
  const numbersAt = entries + slots * 8
  const columnsAt = numbersAt + slots * 4
  const sizesAt = columnsAt + columns * 4 + units * columns * 4
  const fits = columns <= maxColumns && units <= maxUnits && sizesAt + units * columns * 4 <= bytes.length
  if ((version !== 2 && version !== 5) || !fits) return undefined
  const u32 = (at: number): number => new Cursor(bytes, at, bytes.length, sections.littleEndian).u32()
  const rows = new Map<string, number>()
  for (let slot = 0; slot < slots; slot++) {
    const row = u32(numbersAt + slot * 4)
    if (row === 0 || row > units) continue
    rows.set(signature(new Cursor(bytes, entries + slot * 8, bytes.length, sections.littleEndian)), row - 1)
  }
  return (id) => {
    const row = rows.get(id)
    if (row === undefined) return undefined
    const places = new Map<DwarfSectionName, { offset: number; size: number }>()
    for (let column = 0; column < columns; column++) {
      const name = names[u32(columnsAt + column * 4)]
      const cell = (row * columns + column) * 4
      if (name !== undefined) places.set(name, { offset: u32(columnsAt + columns * 4 + cell), size: u32(sizesAt + cell) })
    }
    return {
      littleEndian: sections.littleEndian,
      section: (name) => {
        const whole = sections.section(name)
        if (name === 'str' || name === 'line_str') return whole
        const place = places.get(name)
        return place && whole && partOf(whole, place.offset, place.size)
      },
    }
  }
}
