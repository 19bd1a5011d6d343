import { expect, test } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'
import { targetNames } from '../fuzz/target-names.ts'

/** A short run of what `npm run fuzz` does for as long as one likes. */
const seconds = 2

test.each(targetNames)('damaged input of the target %s gives an answer, the same twice, in bounded time and memory', async (target) => {
  const seed = Date.now()
  const { finds, mutants } = await fuzz({ target, seed, mutants: Number.POSITIVE_INFINITY, seconds, isGuided: true })
  expect(finds.map(({ message, input }) => `seed ${seed}: ${message} ${Buffer.from(input).toString('base64').slice(0, 20_000)}`)).toEqual(
    [],
  )
  expect(mutants).toBeGreaterThan(5)
})

test('an input that ends the readers is found', async () => {
  const { finds } = await fuzz({ target: 'dump', seed: 1, mutants: 1, seconds: 60, isGuided: false, maxHeapMb: 8 })
  expect(finds).toHaveLength(1)
})
