import { describe, expect, test } from 'vitest'
import { DictionaryError, parseDictionary } from './structured-dictionary.ts'

const read = (text: string) => Object.fromEntries(parseDictionary(text).members)

describe('a dictionary of structured fields', () => {
  test('is read with every kind of value, its parameters aside', () => {
    expect(read('  a="x, \\"y\\" \\\\", b=tok/en;q=1 ,\tc=12.5, d=?0, e, *f.g-h_2=:aGk=:, g=("x" tok;p "y" );z=?1  ')).toEqual({
      a: { kind: 'string', value: 'x, "y" \\' },
      b: { kind: 'token', value: 'tok/en' },
      c: { kind: 'number', value: 12.5 },
      d: { kind: 'boolean', value: false },
      e: { kind: 'boolean', value: true },
      '*f.g-h_2': { kind: 'bytes', value: ':aGk=:' },
      g: {
        kind: 'inner-list',
        items: [
          { kind: 'string', value: 'x' },
          { kind: 'token', value: 'tok' },
          { kind: 'string', value: 'y' },
        ],
      },
    })
    expect(read('')).toEqual({})
  })

  test('has the last of two values of one name, and tells', () => {
    const { members, repeated } = parseDictionary('a="1", b="2", a="3"')
    expect(members.get('a')).toEqual({ kind: 'string', value: '3' })
    expect(repeated).toEqual(['a'])
  })

  test.each([
    ['Crash-Reporting="/p"', 0],
    ['a=/noquote', 2],
    ['a="x" b="y"', 6],
    ['a="x",', 6],
    ['a="x', 4],
    ['a="\u00e9"', 3],
    ['a="\\x"', 4],
    ["a='x'", 2],
    ['a="x",,b="y"', 6],
    ['a=1234567890123456', 18],
    ['a=("x""y")', 6],
    ['a="x";P=1', 6],
    ['"a"="x"', 0],
  ])('is none for %j', (text, at) => {
    expect(() => parseDictionary(text)).toThrow(DictionaryError)
    expect(() => parseDictionary(text)).toThrow(expect.objectContaining({ at }))
  })
})
