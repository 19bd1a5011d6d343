import { expect, test } from 'vitest'
import { LineCursor, lineEnd } from './line-cursor.ts'

function cursorOver(text: string): LineCursor {
  const bytes = new TextEncoder().encode(text)
  const cursor = new LineCursor(bytes)
  cursor.start(0, lineEnd(bytes, 0))
  return cursor
}

test('reads hexadecimal fields in either case and decimal ones', () => {
  const cursor = cursorOver('1aF 1AF 120 rest of it\nnext')
  expect([cursor.hex(), cursor.hex(), cursor.decimal(), cursor.rest()]).toEqual([0x1af, 0x1af, 120, 'rest of it'])
})

test('takes runs of spaces and tabs as one', () => {
  const cursor = cursorOver('  10 \t 20   name with  two spaces')
  expect([cursor.hex(), cursor.hex(), cursor.rest()]).toEqual([0x10, 0x20, 'name with  two spaces'])
})

test.each(['', 'xyz', '12g', '0x10', '-1', '12345678901234567'])('reads no hexadecimal number in %j', (text) => {
  expect(cursorOver(text).hex()).toBe(-1)
})

test('keeps carriage returns out of the last field', () => {
  expect(cursorOver('FILE 1 a.c\r\r\n').rest()).toBe('FILE 1 a.c')
})

test('passes a word only as a whole', () => {
  const cursor = cursorOver('INLINE_ORIGIN 1')
  expect(cursor.skipWord('INLINE')).toBe(false)
  expect(cursor.skipWord('INLINE_ORIGIN')).toBe(true)
  expect(cursor.decimal()).toBe(1)
  expect(cursor.hasMore()).toBe(false)
})

test('shows damaged text instead of failing', () => {
  const cursor = new LineCursor(new Uint8Array([0x61, 0, 0x62, 0xff, 0x63]))
  cursor.start(0, 5)
  expect(cursor.rest()).toBe('a_b\ufffdc')
})
