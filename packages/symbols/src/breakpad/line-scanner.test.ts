import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineScanner } from './line-scanner.ts'
import { lineSkipper } from './line-skipper.ts'

const encoder = new TextEncoder()
const size = 256

interface Marks {
  readonly body: 0 | 1
  readonly delta: 0 | 1
}

/** What the scanner stops at, with its buffer filled to the given lengths before each call. */
function scanned(
  text: string,
  pieces: number[],
  byBlocks: boolean,
  marks: Marks = { body: 1, delta: 1 },
): { lines: string[]; badLines: number } {
  const bytes = encoder.encode(text)
  const scanner = new LineScanner(size, byBlocks)
  scanner.badBodyLine = marks.body
  scanner.badCfiDelta = marks.delta
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

const lines = fc.array(line, { maxLength: 30 })
const pieces = fc.array(fc.integer({ min: 1, max: 250 }), { maxLength: 20 })
const mark = fc.constantFrom(0 as const, 1 as const)

describe.each([
  ['word by word', false],
  ['with WebAssembly', true],
])('%s', (_, byBlocks) => {
  test('stops at every line but those of the three frequent kinds, wherever the buffer ends', () => {
    fc.assert(
      fc.property(lines, pieces, mark, mark, (some, lengths, body, delta) => {
        const { lines: stopped, badLines } = scanned(some.join('\n'), [...lengths], byBlocks, { body, delta })
        expect(stopped).toEqual(some.filter((one) => one !== '' && !isPassedOver(one)))
        const deltas = some.filter((one) => isPassedOver(one) && one.startsWith('S')).length
        expect(badLines).toBe(deltas * delta + (some.filter(isPassedOver).length - deltas) * body)
      }),
      // Each makes the WebAssembly anew, which takes a millisecond.
      { numRuns: byBlocks ? 300 : 2000 },
    )
  })

  test('takes hundreds of lines of a function or of rules in one step, and stops at what only looks like them', () => {
    const body = ['10 4 1 0', 'INLINE 0 1 0 0 1 2', 'f0 4 1 0'].join('\n').concat('\n').repeat(4)
    const rules = 'STACK CFI 10 .cfa: x\n'.repeat(9)
    for (const odd of [
      'A0 4 1 0',
      'INLINE_ORIGIN 0 f',
      'g',
      'INL NE x',
      'STACK CFI INIT 1 2 x',
      'STACK CFI A .cfa: x',
      ' 10 4 1 0',
      '/',
      ':',
      '`',
    ]) {
      const text = `${body}${odd}\n${body}${rules}${odd}\n${rules}`
      // Of INLINE two letters are looked at.
      const stopped = odd === 'INL NE x' ? [] : [odd, odd]
      expect(scanned(text, [], byBlocks, { body: 0, delta: 0 })).toEqual({ lines: stopped, badLines: 0 })
    }
  })

  test('counts the lines that it passes over as the caller says', () => {
    const scanner = new LineScanner(64, byBlocks)
    scanner.badBodyLine = 0
    const fill = encoder.encodeInto('1 1 1 1\nSTACK CFI 1 x\nINLINE x\n', scanner.buffer).written
    expect(scanner.next(0, fill, true)).toBe(false)
    expect(scanner.badLines).toBe(1)
  })
})

test('this machine has the WebAssembly', () => {
  expect(lineSkipper(size)).toBeDefined()
})
