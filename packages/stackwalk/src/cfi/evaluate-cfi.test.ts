import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxCfiTokens, maxExpressionDepth } from '../limits.ts'
import { parseCfiRules } from './cfi-rules.ts'
import { evaluateCfi } from './evaluate-cfi.ts'

const registers: Record<string, bigint> = { rsp: 1000n, x19: 7n, big: (1n << 64n) - 1n }
const input = {
  register: (name: string) => registers[name],
  memory: (address: bigint) => (address === 1008n ? 42n : undefined),
}
const evaluate = (text: string, cfa?: bigint) => evaluateCfi(text.split(' '), input, cfa)

test.each([
  ['$rsp 8 +', 1008n],
  ['$rsp 8 + ^', 42n],
  ['.cfa 8 -', 2000n],
  ['x19 3 *', 21n],
  ['x19 2 /', 3n],
  ['x19 2 %', 1n],
  ['$rsp 512 @', 512n],
  ['$rsp -8 +', 992n],
  ['0 1 -', (1n << 64n) - 1n],
  ['$big 2 *', (1n << 64n) - 2n],
  ['9223372036854775807', (1n << 63n) - 1n],
])('%s is %d', (text, value) => {
  expect(evaluate(text, 2008n)).toBe(value)
})

test.each([
  '',
  '+',
  '1 +',
  '1 2',
  '1 0 /',
  '1 0 %',
  '$rsp 3 @',
  '$rsp 0 @',
  '$rsp ^',
  '$none',
  'none',
  '.undef',
  '1 .undef +',
  '0x10',
  '9223372036854775808',
])('“%s” has no value', (text) => {
  expect(evaluate(text, 2008n)).toBeUndefined()
})

test('the CFA is not known while it is computed', () => {
  expect(evaluate('.cfa 8 +')).toBeUndefined()
})

test('an expression deeper than any real one has no value', () => {
  const sum = (depth: number) => [...new Array<string>(depth).fill('1'), ...new Array<string>(depth - 1).fill('+')].join(' ')
  expect(evaluate(sum(maxExpressionDepth))).toBe(BigInt(maxExpressionDepth))
  expect(evaluate(sum(maxExpressionDepth + 1))).toBeUndefined()
})

test('later rules replace earlier ones, with or without the dollar', () => {
  const rules = parseCfiRules({ init: '.cfa: $rsp 8 + .ra: .cfa 8 - ^ $rbx: 1', deltas: [{ rules: '.cfa: $rsp 16 + rbx: 2' }] })
  expect(rules?.cfa).toEqual(['$rsp', '16', '+'])
  expect(rules?.registers.get('rbx')).toEqual(['2'])
})

test.each(['', '.cfa: $rsp', '.ra: 1', '$rsp 8 +', '.cfa: .ra: 1', '.cfa: 1 .ra:'])('“%s” is no usable record', (init) => {
  expect(parseCfiRules({ init, deltas: [] })).toBeUndefined()
})

test('rules beyond the limit of tokens are refused', () => {
  const init = `.cfa: ${'1 '.repeat(maxCfiTokens)} .ra: 1`
  expect(parseCfiRules({ init, deltas: [] })).toBeUndefined()
  const deltas = new Array(1000).fill({ rules: '$rbx: 1 2 + 3 + 4 +' })
  expect(parseCfiRules({ init: '.cfa: 1 .ra: 1', deltas })).toBeUndefined()
})

test('any text ends with a value of 64 bits or none', () => {
  const token = fc.constantFrom(
    '+',
    '-',
    '*',
    '/',
    '%',
    '@',
    '^',
    '.cfa',
    '$rsp',
    '$big',
    'x19',
    '-1',
    '8',
    '9223372036854775807',
    '.undef',
    'x',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 100 }), (tokens) => {
      const value = evaluateCfi(tokens, input, 5n)
      return value === undefined || (value >= 0n && value < 1n << 64n)
    }),
  )
})
