import { expect, test } from 'vitest'
import { Remembered } from './remembered.ts'

function counting(maxWeight: number, weight: number): { ask(key: number): number; asked: number[] } {
  const asked: number[] = []
  const remembered = new Remembered<number>(maxWeight, () => weight)
  return {
    asked,
    ask: (key) =>
      remembered.get(key, () => {
        asked.push(key)
        return key * 2
      }),
  }
}

test('finds an answer once', () => {
  const { ask, asked } = counting(100, 10)
  expect([ask(1), ask(1), ask(2), ask(1)]).toEqual([2, 2, 4, 2])
  expect(asked).toEqual([1, 2])
})

test('remembers that there is nothing', () => {
  let asked = 0
  const remembered = new Remembered<undefined>(100, () => 1)
  for (let i = 0; i < 3; i++) {
    remembered.get(7, () => {
      asked++
      return undefined
    })
  }
  expect(asked).toBe(1)
})

test('forgets when the answers weigh too much, and never keeps one that alone does', () => {
  const { ask, asked } = counting(30, 10)
  for (const key of [1, 2, 3, 4, 4, 1]) ask(key)
  expect(asked).toEqual([1, 2, 3, 4, 1])
  const heavy = counting(30, 31)
  heavy.ask(1)
  heavy.ask(1)
  expect(heavy.asked).toEqual([1, 1])
})
