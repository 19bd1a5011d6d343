import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextSink } from './text-sink.ts'

function written(write: (sink: TextSink) => void): string {
  const chunks: Uint8Array[] = []
  const sink = new TextSink((chunk) => chunks.push(chunk))
  write(sink)
  sink.flush()
  return Buffer.concat(chunks).toString()
}

test('numbers are written as JavaScript writes them', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => written((sink) => sink.hex(value)) === value.toString(16)))
  fc.assert(fc.property(fc.maxSafeNat(), (value) => written((sink) => sink.decimal(value)) === String(value)))
  for (const value of [0, 9, 10, 15, 16, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 2 ** 32, 2 ** 53 - 1]) {
    expect(written((sink) => sink.hex(value))).toBe(value.toString(16))
    expect(written((sink) => sink.decimal(value))).toBe(String(value))
  }
})

test('text longer than a chunk and of any script stays whole', () => {
  const text = 'abc ü → '.repeat(20_000)
  expect(written((sink) => sink.text(text))).toBe(text)
  expect(written((sink) => sink.bytes(new TextEncoder().encode(text)))).toBe(text)
})

test('a name cannot begin a new line', () => {
  expect(written((sink) => sink.name('a\nFUNC 1\r\0ü\u007f'))).toBe('a FUNC 1  ü ')
})
