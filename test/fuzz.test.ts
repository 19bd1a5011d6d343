import { expect, test } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'
import { targetNames } from '../fuzz/target-names.ts'

/** A short run of what `npm run fuzz` does for as long as one likes; always the same inputs, about a second for each target. */
const mutants = 300
const seed = 20_261_120
const seconds = Number.POSITIVE_INFINITY

test.each(targetNames)('damaged input of the target %s gives an answer, the same twice, in bounded time and memory', async (target) => {
  const result = await fuzz({ target, seed, mutants, seconds, isGuided: false })
  expect(result.finds.map(({ message, input }) => `${message} ${Buffer.from(input).toString('base64').slice(0, 20_000)}`)).toEqual([])
  expect(result.mutants).toBe(mutants)
})

test('input that reaches something new is changed further', async () => {
  const unguided = await fuzz({ target: 'win', seed, mutants, seconds, isGuided: false })
  const guided = await fuzz({ target: 'win', seed, mutants, seconds, isGuided: true })
  expect(guided.corpus).toBeGreaterThan(unguided.corpus)
  expect(guided.blocks).toBeGreaterThan(unguided.blocks)
})

test('an input that ends the readers is found', async () => {
  const { finds } = await fuzz({ target: 'dump', seed, mutants: 1, seconds, isGuided: false, maxHeapMb: 8 })
  expect(finds).toHaveLength(1)
})
