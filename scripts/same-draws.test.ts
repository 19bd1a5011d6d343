import fc from 'fast-check'
import { expect, test } from 'vitest'

test('properties are tried with the same inputs in every run', () => {
  expect(fc.readConfigureGlobal().seed).toEqual(expect.any(Number))
})
