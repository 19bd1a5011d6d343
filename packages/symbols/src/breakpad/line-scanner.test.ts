import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineScanner } from './line-scanner.ts'

const encoder = new TextEncoder()
const size = 256

/** What the scanner stops at, with its buffer filled to the given lengths before each call. */
function scanned(text: string, pieces: number[]): { lines: string[]; badLines: number } {
  const bytes = encoder.encode(text)
  const scanner = new LineScanner(size)
  const lines: string[] = []
  let taken = 0
  let fill = 0
  for (;;) {
    const piece = bytes.subarray(taken, taken + Math.min(pieces.shift() ?? size, size - fill))
    scanner.buffer.set(piece, fill)
    taken += piece.length
    fill += piece.length
    const atEnd = taken === bytes.length
    let at = 0
    while (scanner.next(at, fill, atEnd)) {
      lines.push(new TextDecoder().decode(scanner.buffer.subarray(scanner.start, scanner.end)))
      at = scanner.end + 1
    }
    if (atEnd) return { lines, badLines: scanner.badLines }
    scanner.buffer.copyWithin(0, scanner.start, fill)
    fill -= scanner.start
  }
}

function isPassedOver(line: string): boolean {
  return /^[0-9a-f]/.test(line) || line.startsWith('INLINE ') || /^STACK CFI [0-9a-f]/.test(line)
}

const line = fc.oneof(
  fc.constantFrom(
    '',
    'FUNC 0 1 0 f',
    '10 4 1 0',
    'a0 4 1 0',
    'INLINE 0 1 0 0 1 2',
    'INLINE_ORIGIN 0 f',
    'STACK CFI 10 .cfa: x',
    'STACK CFI INIT 1 2 x',
  ),
  // Bytes next to a newline's value are what finding it by borrowing could stumble over.
  fc.array(fc.constantFrom('\u000b', '\u0009', '\u000d', 'x', 'é', '\u0000'), { maxLength: 12 }).map((bytes) => bytes.join('')),
)

test('stops at every line but those of the three frequent kinds, wherever the buffer ends', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }), (lines, pieces) => {
      const { lines: stopped, badLines } = scanned(lines.join('\n'), [...pieces])
      expect(stopped).toEqual(lines.filter((one) => one !== '' && !isPassedOver(one)))
      expect(badLines).toBe(lines.filter(isPassedOver).length)
    }),
    { numRuns: 2000 },
  )
})

test('counts the lines that it passes over as the caller says', () => {
  const scanner = new LineScanner(64)
  scanner.badBodyLine = 0
  const fill = encoder.encodeInto('1 1 1 1\nSTACK CFI 1 x\nINLINE x\n', scanner.buffer).written
  expect(scanner.next(0, fill, true)).toBe(false)
  expect(scanner.badLines).toBe(1)
})
