import { expect, test } from 'vitest'
import { LoginThrottle } from './login-throttle.ts'

test('blocks an address after ten failures, for a minute, and no other one', () => {
  let now = 1000
  const throttle = new LoginThrottle(() => now)
  for (let failure = 0; failure < 10; failure += 1) {
    expect(throttle.blocked('a')).toBe(false)
    throttle.failed('a')
  }
  expect(throttle.blocked('a')).toBe(true)
  expect(throttle.blocked('b')).toBe(false)
  now += 60_000
  expect(throttle.blocked('a')).toBe(false)
})

test('forgets failures after a success', () => {
  const throttle = new LoginThrottle(() => 0)
  for (let failure = 0; failure < 10; failure += 1) throttle.failed('a')
  throttle.succeeded('a')
  expect(throttle.blocked('a')).toBe(false)
})
