import { describe, expect, it } from 'vitest'
import { queryTerm, withTerm } from './query-term.ts'

describe('queryTerm', () => {
  it('quotes what the search would split', () => {
    expect([queryTerm('version', '2.4.1'), queryTerm('reason', 'SIGSEGV / SEGV_MAPERR'), queryTerm('product', 'a"b\\c')]).toEqual([
      'version:2.4.1',
      'reason:"SIGSEGV / SEGV_MAPERR"',
      'product:"a\\"b\\\\c"',
    ])
  })
})

describe('withTerm', () => {
  it('adds a term once', () => {
    expect(withTerm(withTerm('', 'a:1'), 'a:1')).toBe('a:1')
    expect(withTerm('a:1', 'b:2')).toBe('a:1 b:2')
  })
})
