import { expect, test } from 'vitest'
import { Strain } from './strain.ts'

function after(gapMs: number, count: number, batch = 1): { readonly strain: Strain; readonly now: number } {
  const strain = new Strain({ gapMs: 4, silenceMs: 10 })
  let now = 1000
  for (let i = 0; i < count; i += batch) {
    now += gapMs * batch
    strain.add(batch, now)
  }
  return { strain, now }
}

test('five hundred uploads a second are a strain, one by one or eight at once, a hundred are none', () => {
  for (const batch of [1, 8]) {
    const many = after(2, 100, batch)
    expect(many.strain.isThere(many.now)).toBe(true)
    const some = after(10, 100, batch)
    expect(some.strain.isThere(some.now)).toBe(false)
  }
})

test('a few at once are none', () => {
  const { strain, now } = after(1, 4)
  expect(strain.isThere(now)).toBe(false)
})

test('it ends with the uploads', () => {
  const { strain, now } = after(1, 100)
  expect([strain.isThere(now + 9), strain.isThere(now + 10)]).toEqual([true, false])
})
