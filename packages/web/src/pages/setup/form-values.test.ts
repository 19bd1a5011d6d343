import { expect, it } from 'vitest'
import { linesOf, numberOf, ruleName, textOfLines } from './form-values.ts'

it('reads names from lines and commas, each once', () => {
  expect(linesOf(' email\n\nuser*, guid\nemail ')).toEqual(['email', 'user*', 'guid'])
  expect(linesOf(textOfLines(['a', 'b']))).toEqual(['a', 'b'])
})

it('reads numbers as people write them, and nothing as no limit', () => {
  expect([numberOf(''), numberOf(' 10 000 '), numberOf("1'000"), numberOf('1,000')]).toEqual([null, 10_000, 1000, 1000])
  expect(numberOf('many')).toBeNaN()
})

it('makes names of rules that the server takes', () => {
  expect(ruleName('No Nightly-Builds!')).toBe('no_nightly_builds_')
})
