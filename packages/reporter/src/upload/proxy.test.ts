import { describe, expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const of = (url: string, environment: Record<string, string>): string | undefined => proxyFor(new URL(url), environment)?.host

describe('the proxy for an address', () => {
  test('is that of its protocol, else that of all', () => {
    const environment = { http_proxy: 'plain:1', HTTPS_PROXY: 'http://safe:2', all_proxy: 'other:3' }
    expect(of('http://a/', environment)).toBe('plain:1')
    expect(of('https://a/', environment)).toBe('safe:2')
    expect(of('https://a/', { ALL_PROXY: 'other:3' })).toBe('other:3')
    expect(of('http://a/', { HTTP_PROXY: 'from a header:1' })).toBeUndefined()
  })

  test.each([
    ['*', 'http://a.example/', true],
    ['a.example', 'http://a.example:8080/', true],
    ['example', 'http://a.example/', true],
    ['.example', 'http://a.example/', true],
    ['xample', 'http://a.example/', false],
    ['b, a.example:8080', 'http://a.example:8080/', true],
    ['a.example:8080', 'http://a.example/', false],
    ['::1', 'http://[::1]/', true],
    ['', 'http://a.example/', false],
  ])('with no_proxy %j and %s is left out: %s', (exceptions, url, isLeftOut) => {
    expect(of(url, { http_proxy: 'proxy:1', no_proxy: exceptions }) === undefined).toBe(isLeftOut)
  })
})
