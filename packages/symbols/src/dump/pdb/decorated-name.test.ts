import { expect, test } from 'vitest'
import { decoratedName, isConstantName } from './decorated-name.ts'

test.each([
  ['_main', 'main', undefined],
  ['_WinMain@16', 'WinMain', 16],
  ['@fast@8', 'fast', 8],
  ['vector@@24', 'vector', 24],
  ['main', 'main', undefined],
  ['?f@@YAHXZ', '?f@@YAHXZ', undefined],
  ['_odd@name', 'odd@name', undefined],
  ['ns::f', 'ns::f', undefined],
  ['_huge@99999999999999', 'huge@99999999999999', undefined],
] as const)('%s', (decorated, name, parameterSize) => {
  expect(decoratedName(decorated)).toEqual({ name, parameterSize })
})

test('strings and numbers of the compiler are known by their names', () => {
  expect(['??_C@_01x', '__real@3f800000', '__xmm@00', '__ymm@0', '__realloc', '?C@@x'].map(isConstantName)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ])
})
