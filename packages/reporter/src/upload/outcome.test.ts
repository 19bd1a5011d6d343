import { describe, expect, test } from 'vitest'
import { outcomeOf, parseRetryAfter } from './outcome.ts'
import { retryDelayMs } from './retry-delay.ts'

describe('an answer', () => {
  test.each([
    [200, '0123456789abcdef', { kind: 'delivered', remoteId: '0123456789abcdef' }],
    [200, 'bp-id\n', { kind: 'delivered', remoteId: 'bp-id' }],
    [201, '{"id":"x"}', { kind: 'delivered', remoteId: '{"id":"x"}' }],
    [204, '', { kind: 'delivered', remoteId: '' }],
    [
      200,
      ' <!doctype html><p>Log in',
      { kind: 'failed', message: 'The answer is 200 and a web page, so another than the crash server gave it.' },
    ],
    [303, '', { kind: 'failed', message: 'The server answered 303.' }],
    [
      404,
      'unknown_key: There is no such key.',
      { kind: 'refused', message: 'The server answered 404: unknown_key: There is no such key.' },
    ],
    [429, '', { kind: 'failed', message: 'The server answered 429.' }],
    [599, '', { kind: 'failed', message: 'The server answered 599.' }],
  ])('of %i and %j is understood', (status, body, outcome) => {
    expect(outcomeOf({ status, body })).toEqual(outcome)
  })

  test('is kept up to 4096 bytes', () => {
    const outcome = outcomeOf({ status: 200, body: 'x'.repeat(9999) })
    expect(outcome.kind === 'delivered' && outcome.remoteId.length).toBe(4096)
  })

  test('says when to come back in seconds or by a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(parseRetryAfter('120', now)).toBe(120_000)
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000)
    expect(parseRetryAfter('Thu, 01 Jan 2020 00:01:00 GMT', now)).toBe(0)
    expect(parseRetryAfter('soon', now)).toBeUndefined()
  })
})

describe('the wait after a failure', () => {
  test('grows fourfold up to a day', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 99].map((failures) => retryDelayMs(failures, 0.5) / 60_000)
    expect(minutes).toEqual([0.5, 2, 8, 32, 128, 512, 1440, 1440])
  })

  test('is scattered between half and one and a half', () => {
    expect([retryDelayMs(1, 0), retryDelayMs(1, 0.999)]).toEqual([15_000, 44_970])
  })

  test('is never shorter than the server asked, and at most a day longer', () => {
    expect(retryDelayMs(1, 0, 60_000)).toBe(60_000)
    expect(retryDelayMs(1, 0.999, 600_000)).toBeLessThan(631_000)
    expect(retryDelayMs(1, 0, Number.MAX_SAFE_INTEGER)).toBe(24 * 60 * 60_000)
  })
})
