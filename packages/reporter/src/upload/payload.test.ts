import { expect, test } from 'vitest'
import { addressOf } from './payload.ts'

test.each([
  ['https://h/i/key', 'https://h/i/key?product=A%20B&version=1&guid=g'],
  ['https://h/i?key=a%2fb&x', 'https://h/i?key=a%2fb&x&product=A%20B&version=1&guid=g'],
])('%s gets the fields that Crashpad adds, and keeps its own', (submitURL, address) => {
  const fields = new Map([
    ['prod', 'A B'],
    ['ver', '1'],
    ['guid', 'g'],
  ])
  expect(addressOf(submitURL, fields).href).toBe(address)
})
