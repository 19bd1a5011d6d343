import { expect, test } from 'vitest'
import { endBeforeCopySuffix, withoutCopySuffix } from './copy-suffix.ts'

test.each([
  ['f', 'f'],
  ['f.cold', 'f'],
  ['f.isra.0', 'f'],
  ['_Z1fv.part.12.constprop.0.isra.3.cold', '_Z1fv'],
  ['f.llvm.1234567890', 'f'],
  ['f.lto_priv.0', 'f'],
  ['f.123', 'f.123'],
  ['f.colder', 'f.colder'],
  ['f.cold.', 'f.cold.'],
  ['f.cold.x', 'f.cold.x'],
  ['fcold', 'fcold'],
  ['a.b.str', 'a.b'],
  ['.', '.'],
  ['0', '0'],
  ['cold', 'cold'],
])('%s without what was appended to the name of a copy is %s, as a string and as bytes', (name, plain) => {
  expect(withoutCopySuffix(name)).toBe(plain)
  const bytes = new TextEncoder().encode(`.cold.${name}.0`)
  expect(endBeforeCopySuffix(bytes, 6, bytes.length - 2)).toBe(6 + plain.length)
})

test('what is nothing but a suffix keeps one as bytes, so that a name is left', () => {
  const bytes = new TextEncoder().encode('.cold.isra.0')
  expect(endBeforeCopySuffix(bytes, 0, bytes.length)).toBe('.cold'.length)
})
