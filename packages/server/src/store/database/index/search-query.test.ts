import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxTerms, parseSearch } from './search-query.ts'

const words = (value: string, negated = false) => ({ field: 'words', value, negated })

describe('parseSearch', () => {
  it('reads fields, words and words in quotes', () => {
    expect(parseSearch('version:1.2 reason:SIGSEGV "null pointer" foo')).toEqual([
      { field: 'version', value: '1.2', negated: false },
      { field: 'reason', value: 'SIGSEGV', negated: false },
      words('null pointer'),
      words('foo'),
    ])
  })

  it('reads a value in quotes, a minus and other names of a field', () => {
    expect(parseSearch('-product:"My App" PTYPE:gpu -foo')).toEqual([
      { field: 'product', value: 'My App', negated: true },
      { field: 'process', value: 'gpu', negated: false },
      words('foo', true),
    ])
  })

  it('takes what it does not understand for words', () => {
    expect(parseSearch('std::string "open __proto__:x constructor:y')).toEqual([
      words('std::string'),
      words('open __proto__:x constructor:y'),
    ])
    expect(parseSearch('__proto__:x')).toEqual([words('__proto__:x')])
    expect(parseSearch('version: 1 "" :')).toEqual([words('version:'), words('1'), words(':')])
  })

  it('is bounded for every input', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000, unit: 'binary' }), (query) => {
        const terms = parseSearch(query)
        expect(terms.length).toBeLessThanOrEqual(maxTerms)
        for (const { value } of terms) expect(value.trim()).not.toBe('')
      }),
    )
  })
})
