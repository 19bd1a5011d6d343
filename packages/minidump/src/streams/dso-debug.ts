import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxDsoEntries } from '../limits.ts'
import type { Location } from '../location.ts'
import { readEntries } from './lists.ts'

export interface DsoEntry {
  readonly loadAddress: bigint
  readonly name: string
  readonly dynamicAddress: bigint
}

/** The dynamic linker's own list (`r_debug`). */
export interface DsoDebug {
  readonly version: number
  readonly brk: bigint
  readonly linkerBase: bigint
  readonly dynamicAddress: bigint
  readonly entries: readonly DsoEntry[]
}

const stream = 'LinuxDsoDebug'

/** Where the words of the record and of a link_map entry lie. */
export interface DsoLayout {
  readonly pointerBytes: 4 | 8
  readonly size: number
  readonly firstWord: number
  readonly entrySize: number
  readonly entryDynamic: number
}

export const dsoLayout32: DsoLayout = { pointerBytes: 4, size: 24, firstWord: 12, entrySize: 12, entryDynamic: 8 }
const packed64: DsoLayout = { pointerBytes: 8, size: 36, firstWord: 12, entrySize: 20, entryDynamic: 12 }
export const dsoLayout64: DsoLayout = { pointerBytes: 8, size: 40, firstWord: 16, entrySize: 24, entryDynamic: 16 }

/**
 * Breakpad's header packs the 64-bit record to 36 bytes, yet every dump at hand (x86-64 and arm64, 2015 to 2020) has it aligned to 40.
 * What follows it in the stream are 16-byte entries of the dynamic section, so the size of the stream tells which it is.
 */
function layoutOf(size: number, pointerBytes: 4 | 8): DsoLayout {
  if (pointerBytes === 4) return dsoLayout32
  return size % 16 === packed64.size % 16 ? packed64 : dsoLayout64
}

/** The copy of the dynamic section that follows the record is left alone. */
export function readDsoDebug(dump: DumpView, at: Location, pointerBytes: 4 | 8): DsoDebug | undefined {
  const layout = layoutOf(at.size, pointerBytes)
  const fields = dump.record(at, layout.size, layout.size, stream)
  if (fields === undefined) return undefined
  const word = (index: number): bigint => wordAt(fields, layout.firstWord + index * layout.pointerBytes, layout)
  return {
    version: fields.u32(0),
    brk: word(0),
    linkerBase: word(1),
    dynamicAddress: word(2),
    entries: readLinkMap(dump, fields.u32(4), fields.u32(8), layout),
  }
}

function readLinkMap(dump: DumpView, rva: number, count: number, layout: DsoLayout): DsoEntry[] {
  const at = { rva, size: count * layout.entrySize }
  const shape = { stream, entrySize: layout.entrySize, maximum: maxDsoEntries }
  const list = readEntries(dump, at, shape, { header: 0, stride: layout.entrySize, count })
  const entries: DsoEntry[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    entries.push({
      loadAddress: wordAt(list.fields, entry, layout),
      name: dump.utf16String(list.fields.u32(entry + layout.pointerBytes), stream) ?? '',
      dynamicAddress: wordAt(list.fields, entry + layout.entryDynamic, layout),
    })
  }
  return entries
}

function wordAt(fields: Fields, offset: number, layout: DsoLayout): bigint {
  return layout.pointerBytes === 8 ? fields.u64(offset) : BigInt(fields.u32(offset))
}
