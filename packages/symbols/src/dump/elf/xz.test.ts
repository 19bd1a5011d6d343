import { expect, test } from 'vitest'
import { Damage } from '../problem.ts'
import { decompressXz } from './xz.ts'

/** `seq 1 200 | xz -9e`: matches, repeated distances and literals. */
const numbers =
  '/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4AKzANVdABiCgo8iTvimVffwmaUlDZBFkVpRtJvKrNwFMuyFUp+xSG3v3OhLuWG64JxTf5jIqVQO/D0q0wbXZkQ9VmSmzT3Xxx9E9BjfAgs/4sbGe+Hnf3lEHHm3Qq5luBu1DoThmoIGIzlaf3KqQ/qlmh+SwL5FcXlK1ZPGkAo5rZxlhyq2GjjH4ZMXytA+CeqwUvAQYCbAXl8QkQ25eXh9l0Jg0KY4d+Ej6LsoT4hSLXVYJj9m/eKc69OvYdk1ev/7YrE8fJMc8mS4TRyFKrFcAAY2AUrrpRk/YAAAAACY7yg0AAHtAbQFAAAX7jTAPjANiwIAAAAAAVla'

test('bytes that were not compressed are copied', () => {
  // A block of one chunk of five plain bytes, written by hand.
  const file = [
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x21, 1, 0x16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 104, 101, 108, 108, 111, 0, 0, 0,
    0, 0,
  ]
  expect(new TextDecoder().decode(decompressXz(Uint8Array.from(file)))).toBe('hello')
})

test('compressed bytes are what they were', () => {
  const expected = Array.from({ length: 200 }, (_, index) => `${index + 1}\n`).join('')
  expect(new TextDecoder().decode(decompressXz(new Uint8Array(Buffer.from(numbers, 'base64'))))).toBe(expected)
})

test('what is cut off, too large or no xz file is damage', () => {
  const whole = new Uint8Array(Buffer.from(numbers, 'base64'))
  expect(() => decompressXz(whole.subarray(0, 150))).toThrow(Damage)
  // Chunks that each say two megabytes.
  const bomb = [...whole.subarray(0, 24), ...Array.from({ length: 100 }, () => [0xff, 0xff, 0xff, 0, 4, 93, 0, 0, 0, 0, 0]).flat(), 0]
  expect(() => decompressXz(Uint8Array.from(bomb))).toThrow('too large')
  expect(() => decompressXz(new Uint8Array(40))).toThrow(Damage)
})
