import { expect, test } from 'vitest'
import { record, synthMsf, text, typeStream, u16, u32 } from '../../../testing/synth-pdb.ts'
import { bytesSource } from '../../byte-source.ts'
import { openMsf } from './msf.ts'
import { TypeNames } from './type-names.ts'
import { TypeStream } from './type-stream.ts'

const [voidType, int, char] = [0x03, 0x74, 0x70]
const modifier = (of: number): number[] => record(0x1001, [...u32(of), ...u16(1)])
const pointer = (to: number, mode = 0, constant = false): number[] =>
  record(0x1002, [...u32(to), ...u32(0x1_000c | (mode << 5) | (constant ? 0x400 : 0))])
const list = (...types: number[]): number[] => record(0x1201, [...u32(types.length), ...types.flatMap(u32)])
const proc = (returns: number, args: number): number[] => record(0x1008, [...u32(returns), 0, 0, ...u16(0), ...u32(args)])
const method = (of: number, self: number, args: number): number[] =>
  record(0x1009, [...u32(voidType), ...u32(of), ...u32(self), 0, 0, ...u16(0), ...u32(args), ...u32(0)])
const struct = (name: string, size: number, properties = 0): number[] =>
  record(0x1505, [...u16(0), ...u16(properties), ...u32(0), ...u32(0), ...u32(0), ...u16(size), ...text(name)])
const array = (of: number, bytes: number): number[] => record(0x1503, [...u32(of), ...u32(int), ...u16(bytes), 0])

function names(types: number[][], ids: number[][] = []): TypeNames {
  const file = openMsf(bytesSource(synthMsf([[], [], typeStream(types), [], typeStream(ids)])))
  if ('refused' in file) throw new Error(file.message)
  return new TypeNames(TypeStream.open(file, 2), TypeStream.open(file, 4), 8)
}

test.each([
  ['f()', [list(), proc(int, 0x1000)]],
  ['f(int, char*)', [list(int, 0x670), proc(int, 0x1000)]],
  ['f(const char*)', [modifier(char), pointer(0x1000), list(0x1001), proc(int, 0x1002)], 'f(char const*)'],
  ['f(char const* const*)', [modifier(char), pointer(0x1000, 0, true), pointer(0x1001), list(0x1002), proc(int, 0x1003)]],
  ['f(A&, A&&)', [struct('A', 4), pointer(0x1000, 1), pointer(0x1000, 4), list(0x1001, 0x1002), proc(int, 0x1003)]],
  ['f(int (*)(char))', [list(char), proc(int, 0x1000), pointer(0x1001), list(0x1002), proc(int, 0x1003)]],
  ['f(void (A::*)(int))', [struct('A', 4), list(int), method(0x1000, 0, 0x1001), pointer(0x1002, 3), list(0x1003), proc(int, 0x1004)]],
  ['f(int[3][2]*)', [array(int, 8), array(0x1000, 24), pointer(0x1001), list(0x1002), proc(int, 0x1003)]],
  ['f(A[5]&)', [struct('A', 0, 0x80), array(0x1000, 20), pointer(0x1001, 1), list(0x1002), struct('A', 4), proc(int, 0x1003)]],
  ['f(const int)', [modifier(int), list(0x1000), proc(int, 0x1001)]],
  ['f(<missing type 0x9999>)', [list(0x9999), proc(int, 0x1000)]],
] as [string, number[][], string?][])('%s', (expected, types, exact) => {
  expect(names(types).functionName('f', 0x1000 + types.length - 1)).toBe(exact ?? expected)
})

test('methods that do not change their object are const; what is no method of the class is an argument', () => {
  const types = [struct('A', 4), modifier(0x1000), pointer(0x1001), list(int), method(0x1000, 0x1002, 0x1003), pointer(0x1000)]
  types.push(method(0x1000, 0x1005, 0x1003), struct('B', 1), pointer(0x1007), method(0x1000, 0x1008, 0x1003))
  const written = names(types)
  expect(written.functionName('A::f', 0x1004)).toBe('A::f(int) const')
  expect(written.functionName('A::f', 0x1006)).toBe('A::f(int)')
  expect(written.functionName('A::f', 0x1009)).toBe('A::f(B*, int)')
})

test('inlined functions are named with scope or class', () => {
  const types = [struct('ns::A', 4), list(), proc(voidType, 0x1001), method(0x1000, 0, 0x1001)]
  const ids = [
    record(0x1605, [...u32(0), ...text('?A0x1234abcd')]),
    record(0x1601, [...u32(0x1000), ...u32(0x1002), ...text('f')]),
    record(0x1602, [...u32(0x1000), ...u32(0x1003), ...text('g')]),
  ]
  const written = names(types, ids)
  expect(written.inlineeName(0x1001)).toBe("`anonymous namespace'::f()")
  expect(written.inlineeName(0x1002)).toBe('ns::A::g()')
  expect(written.inlineeName(0x1003)).toBeUndefined()
  expect(written.functionNameOfId('h', 0x1001)).toBe('h()')
})

test('types that contain themselves, and lists that grow with each level, end', () => {
  const self = names([pointer(0x1000), list(0x1000, 0x1002), proc(int, 0x1001), array(0x1003, 4), list(0x1003), proc(int, 0x1004)])
  expect(self.functionName('f', 0x1002).length).toBeLessThan(1_000_000)
  expect(self.functionName('g', 0x1005).length).toBeLessThan(1_000_000)
  const levels = Array.from({ length: 40 }, (_, level) => [
    list(...new Array(50).fill(0x1001 + level * 3 - 2)),
    proc(int, 0x1000 + level * 3),
    pointer(0x1001 + level * 3),
  ]).flat()
  expect(names(levels).functionName('f', 0x1000 + 39 * 3 + 1).length).toBeLessThan(1_000_000)
})
