import { expect, it } from 'vitest'
import { compareVersions } from './compare-versions.ts'

it('orders versions as people read them', () => {
  const ordered = ['0.9', '1.0-beta', '1.0-beta2', '1.0', '1.0.1', '1.9', '1.10', '1.10.0.99999999999999999999', '2.0-rc1', '2.0']
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
})

it('finds versions equal that differ in signs only', () => {
  expect(compareVersions('1.2.3', '1-2_3')).toBe(0)
})
