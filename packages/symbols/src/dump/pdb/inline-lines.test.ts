import { expect, test } from 'vitest'
import { Integers } from '../output/number-list.ts'
import type { AddressMap } from './address-map.ts'
import { collectInlineLines } from './inline-lines.ts'
import type { LineLists } from './module-lines.ts'

const map: AddressMap = { rva: (_, offset) => 0x1000 + offset, fromOriginal: (address) => address, ranges: () => [], isCode: () => true }

/** Address, size, line, file of each. */
function lines(annotations: number[]): number[][] {
  const into: LineLists = { addresses: new Integers(), sizes: new Integers(), lines: new Integers(), files: new Integers() }
  collectInlineLines(Uint8Array.from(annotations), 0, annotations.length, { file: 8, line: 50 }, { segment: 1, offset: 0x10 }, map, into)
  return Array.from({ length: into.addresses.length }, (_, index) =>
    [into.addresses, into.sizes, into.lines, into.files].map((list) => list.at(index)),
  )
}

test.each([
  [
    'a step of code begins a line, the next one ends it',
    [3, 4, 6, 4, 3, 8, 4, 2],
    [
      [0x1014, 8, 50, 8],
      [0x101c, 2, 52, 8],
    ],
  ],
  [
    'both in one',
    [11, 0x24, 11, 0x35, 4, 3],
    [
      [0x1014, 5, 51, 8],
      [0x1019, 3, 50, 8],
    ],
  ],
  [
    'a length before the step is that of the line after it',
    [12, 6, 2, 12, 1, 9],
    [
      [0x1012, 6, 50, 8],
      [0x101b, 1, 50, 8],
    ],
  ],
  ['another file', [5, 0x10, 3, 1, 4, 1], [[0x1011, 1, 50, 16]]],
  ['a base, and numbers of two and four bytes', [2, 0x81, 0, 3, 0xc0, 0, 1, 0, 4, 4], [[0x1210, 4, 50, 8]]],
  ['columns, ends of lines and kinds are passed over', [9, 3, 10, 2, 13, 7, 7, 1, 8, 1, 3, 1, 4, 2], [[0x1011, 2, 50, 8]]],
  ['lines that would be negative are none', [6, 0xc0, 0, 0, 0xff, 3, 1, 4, 2], [[0x1011, 2, 0, 8]]],
  ['what nothing ends is one byte long', [3, 1], [[0x1011, 1, 50, 8]]],
  ['an unknown operation ends the list', [3, 1, 4, 2, 99, 1, 3, 1], [[0x1011, 2, 50, 8]]],
  ['an operand that is cut off', [3, 1, 4, 2, 3], [[0x1011, 2, 50, 8]]],
] as [string, number[], number[][]][])('%s', (_, annotations, expected) => {
  expect(lines(annotations)).toEqual(expected)
})
