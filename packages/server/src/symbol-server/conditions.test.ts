import { describe, expect, it } from 'vitest'
import { acceptsGzip, isUnchanged, rangeOf } from './conditions.ts'

describe('what a request wants of a file', () => {
  it.each([
    ['bytes=0-9', { start: 0, length: 10 }],
    ['bytes=90-', { start: 90, length: 10 }],
    ['bytes=90-500', { start: 90, length: 10 }],
    ['bytes=-10', { start: 90, length: 10 }],
    ['bytes=-500', { start: 0, length: 100 }],
    ['bytes=100-', 'outside'],
    ['bytes=-0', 'outside'],
    // The whole file answers these.
    ['bytes=9-0', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,5-6', undefined],
    ['lines=0-1', undefined],
    [`bytes=${'9'.repeat(30)}-`, undefined],
    [undefined, undefined],
  ])('range %s of 100 bytes', (range, wanted) => {
    expect(rangeOf(range === undefined ? {} : { range }, 100, '"a"')).toEqual(wanted)
  })

  it('a half of another file is no half of this one', () => {
    expect(rangeOf({ range: 'bytes=50-', 'if-range': '"a"' }, 100, '"a"')).toEqual({ start: 50, length: 50 })
    expect(rangeOf({ range: 'bytes=50-', 'if-range': '"b"' }, 100, '"a"')).toBeUndefined()
  })

  it('what it has it need not get again', () => {
    expect(['"a"', 'W/"a"', '"b", "a"', '*'].map((held) => isUnchanged({ 'if-none-match': held }, '"a"'))).toEqual([true, true, true, true])
    expect([isUnchanged({}, '"a"'), isUnchanged({ 'if-none-match': '"b"' }, '"a"')]).toEqual([false, false])
  })

  it.each([
    ['gzip, deflate, br', true],
    ['gzip;q=0.5', true],
    ['*', true],
    ['gzip;q=0, identity', false],
    ['gzip; q=0.000', false],
    ['br', false],
    [undefined, false],
  ])('gzip by %s', (header, wanted) => {
    expect(acceptsGzip(header)).toBe(wanted)
  })
})
