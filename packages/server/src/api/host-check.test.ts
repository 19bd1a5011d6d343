import { expect, test } from 'vitest'
import { hostCheck, hostName } from './host-check.ts'

const ours = hostCheck(['crashes.example.com'])

test.each(['localhost', 'localhost:8080', 'app.localhost', '127.0.0.1:80', '[::1]:8080', '192.168.1.9', 'Crashes.Example.com:443'])(
  'answers to %s',
  (host) => expect(ours(host)).toBe(true),
)

test.each([undefined, '', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'crashes.example.com.evil'])(
  'does not answer to %s',
  (host) => expect(ours(host)).toBe(false),
)

test('takes the port off', () => {
  expect(hostName('[2001:db8::1]:8080')).toBe('2001:db8::1')
  expect(hostName('Example.com:80')).toBe('example.com')
})
