import { describe, expect, it } from 'vitest'
import { duration, exactTime, relativeTime } from './time.ts'

const now = Date.parse('2026-11-20T09:00:00.000Z')
const ago = (ms: number) => relativeTime(new Date(now - ms).toISOString(), now)

describe('relativeTime', () => {
  it('counts in the largest unit that still says something', () => {
    expect(ago(1000)).toBe('just now')
    expect(ago(59_000)).toBe('59 s ago')
    expect(ago(60_000)).toBe('1 min ago')
    expect(ago(47 * 3_600_000)).toBe('47 h ago')
    expect(ago(48 * 3_600_000)).toBe('2 d ago')
  })
  it('shows the date of what is long past', () => {
    expect(relativeTime('2026-01-02T03:04:05.000Z', now)).toBe('2026-01-02')
  })
  it('says when a clock of the sender runs ahead', () => {
    expect(ago(-2 * 3_600_000)).toBe('in 2 h')
    expect(ago(-20_000)).toBe('just now')
  })
  it('leaves what is no time as it is', () => {
    expect(relativeTime('yesterday', now)).toBe('yesterday')
    expect(exactTime('yesterday')).toBe('yesterday')
  })
})

describe('exactTime', () => {
  it('names the zone', () => {
    expect(exactTime('2026-11-20T08:04:38.000Z', 'UTC')).toBe('20 Nov 2026, 08:04:38 UTC')
    expect(exactTime('2026-11-20T08:04:38.000Z', 'Asia/Tokyo')).toBe('20 Nov 2026, 17:04:38 GMT+9')
  })
})

describe('duration', () => {
  it('reads as people say it', () => {
    expect([7, 1500, 42_000, 185_000, 3_600_000, 11_100_000].map(duration)).toEqual(['7 ms', '1.5 s', '42 s', '3 min', '1 h', '3 h 5 min'])
  })
})
