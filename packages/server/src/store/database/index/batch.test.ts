import { expect, it } from 'vitest'
import { batched } from './batch.ts'

it('writes together what comes while it writes', async () => {
  const groups: number[][] = []
  const add = batched<number, number>(async (items) => {
    groups.push([...items])
    await Promise.resolve()
    return items.map((item) => item * 2)
  }, 3)
  expect(await Promise.all([1, 2, 3, 4, 5].map(add))).toEqual([2, 4, 6, 8, 10])
  expect(groups).toEqual([[1], [2, 3, 4], [5]])
})

it('lets one that fails fail alone', async () => {
  const add = batched<number, number>(async (items) => {
    await Promise.resolve()
    if (items.includes(13)) throw new Error('unlucky')
    return items
  }, 10)
  const results = await Promise.allSettled([1, 13, 2, 3].map(add))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(await add(4)).toBe(4)
})
