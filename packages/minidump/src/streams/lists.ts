import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import type { Location } from '../location.ts'

/** What describes one kind of list: its stream, the size of an entry, and how many are read at most. */
export interface ListShape {
  readonly stream: string
  readonly entrySize: number
  readonly maximum: number
}

/** The whole entries of a list; entry i starts at `at(i)` of `fields`. */
export interface List {
  readonly fields: Fields
  readonly count: number
  at(index: number): number
}

/**
 * A list that starts with a 32-bit count. Breakpad aligned its entries for a while, so four bytes of padding may follow the count;
 * the size of the stream tells which of both it is.
 */
export function readCountedList(dump: DumpView, at: Location, shape: ListShape): List | undefined {
  const count = dump.record(at, 4, 4, shape.stream)?.u32(0)
  if (count === undefined) return undefined
  const padded = at.size === 8 + count * shape.entrySize
  const header = padded ? 8 : 4
  if (!padded && at.size !== 4 + count * shape.entrySize) {
    const message = `${shape.stream} says it has ${count} entries, which does not agree with its ${at.size} bytes.`
    dump.problems.add('bad_list_size', message, shape.stream)
  }
  return readEntries(dump, at, shape, { header, stride: shape.entrySize, count })
}

/** A list whose header gives the size of the header, the size of an entry and, in 4 or 8 bytes, the count. */
export function readExtendedList(dump: DumpView, at: Location, shape: ListShape, countBytes: 4 | 8): List | undefined {
  const fields = dump.record(at, 8 + countBytes, 8 + countBytes, shape.stream)
  if (fields === undefined) return undefined
  const header = fields.u32(0)
  const stride = fields.u32(4)
  const count = countBytes === 4 ? fields.u32(8) : Number(fields.u64(8))
  if (header < 8 + countBytes || stride < shape.entrySize) {
    const message = `${shape.stream} has a header of ${header} and entries of ${stride} bytes; at least ${8 + countBytes} and ${shape.entrySize} are needed.`
    dump.problems.add('bad_list_size', message, shape.stream)
    return undefined
  }
  return readEntries(dump, at, shape, { header, stride, count })
}

/** Entries that follow a header of known size. */
export function readEntries(
  dump: DumpView,
  at: Location,
  shape: ListShape,
  layout: { readonly header: number; readonly stride: number; readonly count: number },
): List | undefined {
  const { header, stride } = layout
  const whole = Math.max(0, Math.floor((dump.clip(at).size - header) / stride))
  let count = layout.count
  if (count > whole) {
    dump.problems.add('truncated_stream', `${shape.stream} has ${whole} whole entries where it says ${count}.`, shape.stream)
    count = whole
  }
  if (count > shape.maximum) {
    dump.problems.add('limit_reached', `${shape.stream} has ${count} entries; the first ${shape.maximum} were read.`, shape.stream)
    count = shape.maximum
  }
  // A stride from the file may be huge; entries are then read for their first bytes only, one by one, into one array.
  const fields =
    stride === shape.entrySize ? dump.fields(at.rva + header, count * stride) : gather(dump, at.rva + header, shape, stride, count)
  return fields && { fields, count, at: (index) => index * shape.entrySize }
}

function gather(dump: DumpView, rva: number, shape: ListShape, stride: number, count: number): Fields | undefined {
  const bytes = new Uint8Array(count * shape.entrySize)
  for (let i = 0; i < count; i++) bytes.set(dump.source.read(rva + i * stride, shape.entrySize), i * shape.entrySize)
  return dump.wrap(bytes)
}

/** MINIDUMP_LOCATION_DESCRIPTOR */
export function readLocation(fields: Fields, offset: number): Location {
  return { size: fields.u32(offset), rva: fields.u32(offset + 4) }
}
