import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../test/harness/cpu-time.ts'
import { stripNamedUrl, stripUrls } from './strip-urls.ts'

describe('addresses in a text', () => {
  it.each([
    ['https://user:secret@shop.example/cart?session=1#top', 'https://shop.example/cart'],
    ['at pay (https://shop.example/app.js?v=17:10:5)', 'at pay (https://shop.example/app.js:10:5)'],
    ['at https://shop.example/app.js:10:5', 'at https://shop.example/app.js:10:5'],
    [
      'pay@https://shop.example/app.js?x:3:1\nrun@app://local/main.js:1:2',
      'pay@https://shop.example/app.js:3:1\nrun@app://local/main.js:1:2',
    ],
    ['see "file:///home/anna/x.js?y"', 'see "file:///home/anna/x.js"'],
    ['https://shop.example/reset/0123456789abcdef0123456789abcdef/now', 'https://shop.example/reset/…/now'],
    ['https://shop.example/doc/6a1f0f5e-1b2c-4d3e-8f90-0123456789ab', 'https://shop.example/doc/…'],
    [
      'https://shop.example/assets/main.0123456789abcdef0123456789abcdef.js',
      'https://shop.example/assets/main.0123456789abcdef0123456789abcdef.js',
    ],
    ['https://shop.example?q=1', 'https://shop.example'],
    ['wss://u@[::1]:99/a?b', 'wss://[::1]:99/a'],
    ['authorization: Bearer abcdefgh12345678 and more', 'authorization: Bearer … and more'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_def', 'token …'],
    ['nothing here: a?b=c #1', 'nothing here: a?b=c #1'],
  ])('%s', (text, expected) => {
    expect(stripUrls(text)).toBe(expected)
  })

  it('loses its query without a host only where the name says that it is an address', () => {
    expect(stripNamedUrl('referrer', '/cart?session=1')).toBe('/cart')
    expect(stripNamedUrl('note', '/cart?session=1')).toBe('/cart?session=1')
  })

  it('never keeps a query or a password, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), (url, before) => {
        const text = stripUrls(`${before} ${url.replace('://', '://anna:geheim9@')}${url.includes('?') ? '&' : '?'}k=geheim9`)
        expect(text).not.toContain('geheim9')
      }),
    )
  })

  it('takes time in proportion to the text', () => {
    const texts = [
      'a+'.repeat(130_000),
      `${'x://'.repeat(60_000)}`,
      `https://${'a/'.repeat(130_000)}`,
      'Bearer '.repeat(40_000),
      'eyJa.'.repeat(50_000),
    ]
    // A tenth of a second; quadratic time would be minutes.
    expect(cpuMs(() => texts.map(stripUrls))).toBeLessThan(2000)
  })
})
