import type { AddressMap } from './address-map.ts'
import type { Inlinee, LineLists } from './module-lines.ts'

/** What an operation of the annotations' little language takes: its number is its place here. 0 ends the list. */
const operands = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1]

/** Other line records of a PDB have 24 bits; damaged steps lead anywhere. */
const maxLine = 0xff_ffff

/** A line whose length nothing tells: at the end of damaged annotations only. */
const unknownLength = 1

/**
 * Appends the lines of one inlined call, from the annotations of its S_INLINESITE at `at`. `offset` is where the function around it begins.
 * Source lines may go backwards; addresses do not where a compiler wrote them.
 */
export function collectInlineLines(
  bytes: Uint8Array,
  at: number,
  end: number,
  inlinee: Inlinee,
  place: { readonly segment: number; readonly offset: number },
  map: AddressMap,
  into: LineLists,
): void {
  const reader = { bytes, at, end }
  let { file, line } = inlinee
  let base = 0
  let code = place.offset
  // The line that was begun and has no length yet.
  let open = false
  let openAt = 0
  let [openLine, openFile] = [0, 0]
  const close = (length: number): void => {
    if (!open) return
    open = false
    const address = length > 0 ? map.rva(place.segment, openAt) : -1
    if (address < 0) return
    into.addresses.push(address)
    into.sizes.push(length)
    into.lines.push(openLine >= 0 && openLine <= maxLine ? openLine : 0)
    into.files.push(openFile)
  }
  const begin = (length: number): void => {
    close(code + base - openAt)
    openAt = code + base
    ;[openLine, openFile, open] = [line, file, true]
    if (length > 0) close(length)
  }
  while (reader.at < end) {
    const operation = readCompressed(reader)
    if (operation === 0 || operation >= operands.length) break
    const first = readCompressed(reader)
    const second = operands[operation] === 2 ? readCompressed(reader) : 0
    if (reader.at > end) break
    switch (operation) {
      case 1:
        code = first
        break
      case 2:
        base = first
        break
      case 3:
        code = (code + first) >>> 0
        begin(0)
        break
      case 4:
        close(first)
        code = (code + first) >>> 0
        break
      case 5:
        file = first
        break
      case 6:
        line += signed(first)
        break
      case 11:
        code = (code + (first & 15)) >>> 0
        line += signed(first >>> 4)
        begin(0)
        break
      case 12:
        code = (code + second) >>> 0
        begin(first)
        break
    }
  }
  close(unknownLength)
}

/** One, two or four bytes; the first bits of the first say how many. */
function readCompressed(reader: { readonly bytes: Uint8Array; at: number }): number {
  const { bytes, at } = reader
  const first = bytes[at] ?? 0
  if (first < 0x80) {
    reader.at = at + 1
    return first
  }
  if ((first & 0xc0) === 0x80) {
    reader.at = at + 2
    return ((first & 0x3f) << 8) | (bytes[at + 1] ?? 0)
  }
  reader.at = at + 4
  return ((first & 0x1f) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
}

/** The lowest bit is the sign. */
function signed(value: number): number {
  return (value & 1) === 1 ? -(value >>> 1) : value >>> 1
}
