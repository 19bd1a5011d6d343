import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInherited } from './inherited-settings.ts'

test.each(['', 'no JSON', '{}', 'null', '[]', '{"crashesDirectory":5}'])(
  'a variable of %j tells a child that it is one, and nothing more',
  (text) => {
    expect(readInherited(text)).toEqual({ child: true })
  },
)

test('a variable of any JSON breaks nothing', () => {
  fc.assert(fc.property(fc.json(), (text) => void readInherited(text)))
})
