import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documentEndpoints } from './document-endpoints.ts'
import { parseDictionary } from './structured-dictionary.ts'

const page = 'https://shop.example/cart?step=2'
const chosen = (endpoints: string, more: Readonly<Record<string, string>> = {}, url = page) =>
  documentEndpoints(url, { 'Reporting-Endpoints': endpoints, ...more }).crashes

test.each([
  ['crash-reporting="https://c.example/1", default="/2"', ['https://c.example/1']],
  ['default="/2"', ['https://shop.example/2']],
  ['other="/3"', []],
  ['', []],
  ['crash-reporting="/p";x=1', ['https://shop.example/p']],
  ['crash-reporting="/a", crash-reporting="/b"', ['https://shop.example/b']],
  ['crash-reporting="https://u:p@c.example/1?k#f"', ['https://c.example/1?k']],
  ['crash-reporting="https://c.example/a b"', ['https://c.example/a%20b']],
])('chooses of %s as Chromium does', (header, expected) => {
  expect(chosen(header)).toEqual(expected)
})

test.each(['r/rel', '//h.example/p', 'http://c.example/', 'http://localhost/', 'https://'])(
  'an invalid crash-reporting, %s, blocks default',
  (address) => {
    expect(chosen(`crash-reporting="${address}", default="/2"`)).toEqual([])
  },
)

test.each(['foo=1', 'foo=token', 'foo=("x" "y")', 'foo', 'Foo="/p"', 'foo=/noquote', 'foo="', 'foo="/p",', 'foo="\u00e9"'])(
  'one bad member, %s, takes the whole header with it',
  (member) => {
    expect(chosen(`default="/2", ${member}`)).toEqual([])
  },
)

test('Report-To is asked last, and only its default group', () => {
  const group = (more: object) =>
    JSON.stringify({ max_age: 1, endpoints: [{ url: 'https://b.example/', priority: 2 }, { url: 'https://a.example/' }], ...more })
  expect(chosen('', { 'Report-To': group({}) })).toEqual(['https://a.example/', 'https://b.example/'])
  expect(chosen('default="/2"', { 'Report-To': group({}) })).toEqual(['https://shop.example/2'])
  expect(chosen('', { 'Report-To': group({ group: 'crash-reporting' }) })).toEqual([])
  expect(chosen('', { 'Report-To': group({ max_age: 0 }) })).toEqual([])
  expect(chosen('', { 'Report-To': '{' })).toEqual([])
})

test('a page without TLS reports nothing', () => {
  expect(chosen('default="https://c.example/"', {}, 'http://localhost/')).toEqual([])
})

test('a header that came twice is joined, and the policy is read', () => {
  const headers = { 'reporting-endpoints': ['a="/1"', 'default="/2"'], 'document-policy': 'x=1, include-js-call-stacks-in-crash-reports' }
  expect(documentEndpoints(page, headers)).toEqual({ crashes: ['https://shop.example/2'], sendsStacks: true })
  expect(documentEndpoints(page, { 'document-policy': 'include-js-call-stacks-in-crash-reports=?0' }).sendsStacks).toBe(false)
})

test('any text is a dictionary or none, and quoted strings come back', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseDictionary(text)))
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...' !"\\#aZ~') }), (text) => {
      expect(parseDictionary(`a="${text.replace(/["\\]/g, '\\$&')}"`)?.get('a')).toBe(text)
    }),
  )
})
