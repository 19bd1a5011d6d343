import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type InlineHit, readInline, readLine } from './function-body.ts'
import { LineCursor } from './line-cursor.ts'
import { LineFilter } from './line-filter.ts'

const encoder = new TextEncoder()

const odd = fc.constantFrom('0', '100000010', 'ffffffff', '000000010', '00000000000000010', '1X', 'x', '-1', '')
const number = fc.oneof({ weight: 15, arbitrary: fc.nat(40).map((n) => n.toString(16)) }, { weight: 1, arbitrary: odd })
const separator = fc.oneof({ weight: 15, arbitrary: fc.constant(' ') }, { weight: 1, arbitrary: fc.constantFrom('  ', '\t', '\r', ' \r') })
const words = fc.tuple(
  fc.constantFrom('', '', '', 'INLINE', 'INLINE', 'INLINE', 'INLIN', ' '),
  fc.array(fc.tuple(number, separator), { maxLength: 9 }),
)
const line = words.map(([head, fields]) => `${head}${head === '' ? '' : ' '}${fields.map((field) => field.join('')).join('')}`)

/** Whether the proper reading finds something. */
function holds(text: string, address: number): boolean {
  const bytes = encoder.encode(text)
  const cursor = new LineCursor(bytes)
  cursor.start(0, bytes.length)
  const inlines: InlineHit[] = []
  if (!text.startsWith('I')) return readLine(cursor, address) !== undefined
  readInline(cursor, address, inlines)
  return inlines.length > 0
}

test('passes over no line that says something about the address, however it is written', () => {
  const counts = { held: 0, passedOver: 0 }
  fc.assert(
    fc.property(line, fc.nat(40), fc.constantFrom('', '\n', '\nrest'), (text, address, rest) => {
      const filter = new LineFilter(encoder.encode(text + rest), address)
      const mayHold = filter.mayHold(0)
      expect(filter.end).toBe(encoder.encode(text).length)
      const held = holds(text, address)
      if (held) expect(mayHold).toBe(true)
      if (held) counts.held++
      if (!mayHold) counts.passedOver++
    }),
    { numRuns: 5000 },
  )
  expect(counts.held).toBeGreaterThan(100)
  expect(counts.passedOver).toBeGreaterThan(500)
})

test('passes over what dumpers write when it is about other addresses', () => {
  const filter = (text: string) => new LineFilter(encoder.encode(text), 0x2000).mayHold(0)
  expect(filter('1000 10 42 7')).toBe(false)
  expect(filter('1ff0 11 42 7')).toBe(true)
  expect(filter('INLINE 0 42 7 3000 1000 10 3000 10\r')).toBe(false)
  expect(filter('INLINE 0 42 7 3000 1000 10 1fff 2\r')).toBe(true)
  expect(filter('INLINE 0 42 3000 1000 10 3000 10')).toBe(false)
  expect(filter('INLINE 0 42 3000 2000 1 3000 10')).toBe(true)
})
