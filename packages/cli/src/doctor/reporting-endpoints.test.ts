import { describe, expect, test } from 'vitest'
import { readReportTo } from './report-to.ts'
import { crashEndpoint, readReportingEndpoints } from './reporting-endpoints.ts'

const page = new URL('https://shop.example/cart/2?x=1')

/** What Chromium 156 was seen to do with these headers. */
describe('Reporting-Endpoints, as Chromium reads it', () => {
  test.each([
    ['a="/p"', { a: 'https://shop.example/p' }],
    ['a="https://h.example/p"', { a: 'https://h.example/p' }],
    ['a="r/rel"', { a: 'relative_url' }],
    ['a="//h/p"', { a: 'protocol_relative_url' }],
    ['a="https://h/a b"', { a: 'https://h/a%20b' }],
    ['a="http://localhost/p"', { a: 'http_endpoint' }],
    ['a="http://127.0.0.1/p", b="/q"', { a: 'http_endpoint', b: 'https://shop.example/q' }],
    ['a="ftp://h/p"', { a: 'invalid_url' }],
    ['a="https://"', { a: 'invalid_url' }],
    ['a="/p";x=1', { a: 'https://shop.example/p' }],
    ['a="/p", a="/q"', { a: 'https://shop.example/q' }],
    ['a="https://user:pw@h/p?q=1#frag"', { a: 'https://h/p?q=1' }],
  ])('%s', (header, expected) => {
    const read = readReportingEndpoints(header, page)
    if (read.kind !== 'read') throw new Error(read.why)
    expect(Object.fromEntries(read.endpoints.map((endpoint) => [endpoint.name, endpoint.fault ?? endpoint.url]))).toEqual(expected)
  })

  test.each([
    ['a=token, default="/p"', 'not_a_string', 'a is a token'],
    ['a=("x" "y"), default="/p"', 'not_a_string', 'a is a list'],
    ['default="/p", foo=1', 'not_a_string', 'foo is a number'],
    ['default="/p", foo', 'not_a_string', 'foo is a name without a value'],
    ['Crash-Reporting="/p"', 'bad_syntax', 'at character 1, before "Crash-Reporting=\\"/p\\""'],
    ['default=/p', 'bad_syntax', 'at character 9, before "/p": a value stands in double quotes'],
    ['default="/p', 'bad_syntax', 'its end: a quotation mark is missing'],
  ])('is dropped as a whole: %s', (header, code, why) => {
    expect(readReportingEndpoints(header, page)).toEqual({ kind: 'dropped', code, why: expect.stringContaining(why) })
  })

  test.each([
    ['crash-reporting="/c", default="/d"', 'crash-reporting'],
    ['default="/d", crash-reporting="r/bad"', 'crash-reporting'],
    ['default="/d", csp="/c"', 'default'],
    ['csp="/c"', undefined],
  ])('of %s crash reports go to %s', (header, name) => {
    const read = readReportingEndpoints(header, page)
    expect(crashEndpoint(read.kind === 'read' ? read.endpoints : [])?.name).toBe(name)
  })
})

test('Report-To is read with its groups, those that only remove something left out', () => {
  const group = (more: object) => JSON.stringify({ max_age: 10, endpoints: [{ url: 'https://h/p' }, { url: 'http://h/q' }], ...more })
  expect(readReportTo(`${group({})}, ${group({ group: 'nel' })}, ${group({ group: 'gone', max_age: 0 })}`)).toEqual([
    { name: 'default', urls: ['https://h/p'] },
    { name: 'nel', urls: ['https://h/p'] },
  ])
  expect(readReportTo('{"group":')).toBeUndefined()
})
