import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generateJavaScriptSignature } from './generate.ts'
import { route } from './route.ts'
import { scriptName } from './script-name.ts'
import { parseJavaScriptStack } from './stack.ts'

const brief = (text: string) => parseJavaScriptStack(text).frames.map(({ function: name, url, line, column }) => [name, url, line, column])

describe('a stack of V8', () => {
  it('is read with all its forms', () => {
    const stack = [
      'TypeError: x is not a function',
      '    at Cart.total (https://host/app(1).min.js?v=2:1:42)',
      '    at #sum (https://host/a.js:1:138)',
      '    at https://host/a.js:1:102',
      '    at Array.map (<anonymous>)',
      '    at Object.bar [as baz] (C:\\a\\b.js:1:2)',
      '    at async Promise.all (index 0)',
      '    at eval (eval at go (https://host/e.js:3:4), <anonymous>:1:3)',
      '    at wasm (https://host/a.wasm:wasm-function[12]:0x1a2b)',
      '    at node:internal/main:1:2',
    ].join('\n')
    expect(brief(stack)).toEqual([
      ['Cart.total', 'https://host/app(1).min.js?v=2', 1, 42],
      ['#sum', 'https://host/a.js', 1, 138],
      [null, 'https://host/a.js', 1, 102],
      ['Array.map', null, null, null],
      ['Object.bar', 'C:\\a\\b.js', 1, 2],
      ['Promise.all', null, null, null],
      ['eval', 'https://host/e.js', 3, 4],
      ['wasm', 'https://host/a.wasm', null, null],
      [null, 'node:internal/main', 1, 2],
    ])
  })
})

describe('a stack of Firefox and Safari', () => {
  it('is read with all its forms', () => {
    const stack = [
      'foo@https://unpkg.com/react@18/x.js:1:2',
      'bar/<@https://host/b.js line 5 > eval:1:1',
      'setTimeout handler*baz@https://host/b.js:2:3',
      '@https://host/c.js:1:1',
      'map@[native code]',
      'https://host/e.js:4:5',
      'write to me@home for help',
    ].join('\n')
    expect(brief(stack)).toEqual([
      ['foo', 'https://unpkg.com/react@18/x.js', 1, 2],
      ['bar/<', 'https://host/b.js', 1, 1],
      ['baz', 'https://host/b.js', 2, 3],
      [null, 'https://host/c.js', 1, 1],
      ['map', null, null, null],
      [null, 'https://host/e.js', 4, 5],
    ])
  })
})

describe('a stack that is none', () => {
  it.each([
    ['Website owner has not opted in for JS call stacks in crash reports.', 'not_opted_in'],
    ['', 'not_sent'],
    [null, 'not_sent'],
    ['something else', 'unreadable'],
  ])('%j is %s', (text, missing) => {
    expect(parseJavaScriptStack(text)).toEqual({ frames: [], missing })
  })
})

describe('the signature of a JavaScript stack', () => {
  const sign = (stack: string, reason?: string, kind = 'browser') =>
    generateJavaScriptSignature({ kind, reason, frames: parseJavaScriptStack(stack).frames, url: 'https://host/shop/7' }).signature

  it('goes on from functions without a name to the first with one', () => {
    expect(
      sign('at https://h/a.js:1:1\nat t (https://h/a.js:1:9)\nat total (https://h/a.js:2:1)\nat main (https://h/a.js:3:1)', 'unresponsive'),
    ).toBe('unresponsive | (anonymous) (a.js) | t (a.js) | total (a.js)')
  })

  it('leaves out the engine, Node.js and extensions as long as the page has a frame', () => {
    expect(
      sign(
        'at Array.map (<anonymous>)\nat x (chrome-extension://abc/content.js:1:1)\nat load (node:fs:1:1)\nat total (https://h/a.js:2:1)',
      ),
    ).toBe('crash | total (a.js)')
    expect(sign('at load (node:fs:1:1)')).toBe('crash | load (node:fs)')
  })

  it('is the same after another build and in another browser', () => {
    const chromium = sign('at Object.total (https://h/assets/app-BX7a_Kd2.js:1:42)', 'unresponsive')
    expect(sign('total@https://cdn.h/app-Q9fw3Zx1.js:1:77', 'unresponsive')).toBe(chromium)
    expect(chromium).toBe('unresponsive | total (app.js)')
  })

  it("has the error's class instead of its message", () => {
    expect(sign('at total (https://h/a.js:2:1)', "TypeError: can't read 'x' of undefined", 'javascript')).toBe('TypeError | total (a.js)')
    expect(sign('', 'RangeError: 17 is too many', 'javascript')).toBe('RangeError: # is too many | /shop/:id')
  })

  it('without a stack has reason and kind of page', () => {
    const sign = (reason: string | null, url: string | null) =>
      generateJavaScriptSignature({ kind: 'browser', reason, frames: [], url }).signature
    expect(sign('oom', 'https://a.example/orders/18234/items?x=1')).toBe('oom | /orders/:id/items')
    expect(sign('oom', 'https://b.example/orders/99/items#top')).toBe('oom | /orders/:id/items')
    expect(sign(null, 'https://a.example/')).toBe('crash | /')
    expect(sign('oom', null)).toBe('oom | unknown page')
  })

  it('explains each decision', () => {
    const { frames } = parseJavaScriptStack('at Array.map (<anonymous>)\nat e (https://h/a.js:1:1)\nat total (https://h/a.js:2:1)')
    expect(generateJavaScriptSignature({ kind: 'browser', frames }).steps).toMatchInlineSnapshot(`
      [
        {
          "after": null,
          "before": "Array.map",
          "frame": 0,
          "rule": "skip",
          "why": "skipped: built into the engine",
        },
        {
          "after": "e (a.js)",
          "before": "e https://h/a.js",
          "frame": 1,
          "rule": "prefix",
          "why": "kept and went on: a name that a minifier gave",
        },
        {
          "after": "total (a.js)",
          "before": "total https://h/a.js",
          "frame": 2,
          "rule": "stop",
          "why": "kept and stopped here: a function with a name",
        },
        {
          "after": "crash | e (a.js) | total (a.js)",
          "before": "",
          "frame": null,
          "rule": "reason",
          "why": "what happened stands before the frames",
        },
      ]
    `)
  })
})

describe('route', () => {
  it.each([
    ['https://h/', '/'],
    ['https://h', '/'],
    ['https://h/index.html', '/'],
    ['https://h/u/3f2a9c1b-1111-2222-3333-444455556666/edit', '/u/:id/edit'],
    ['https://h/c/5f0c1f77bcf86cd799439011', '/c/:id'],
    ['https://h/user/joe@example.org', '/user/:email'],
    ['https://h/report/2026-07-01', '/report/:date'],
    ['https://h/blog/how-to-make-a-cake', '/blog/:text'],
    ['https://h/%E3%81%82', '/:text'],
    ['https://h/v2/page3/mp3-player', '/v2/page3/mp3-player'],
    ['https://h/app#/settings/3', '/app#/settings/:id'],
    ['https://h/1/2/3/4/5/6/7/8', '/:id/:id/:id/:id/:id/:id/...'],
    ['file:///C:/Users/joe/app/resources/app.asar/src/index.html', '/src/index.html'],
    ['file:///home/joe/private/page.html', '/page.html'],
    ['app://./main/view/12', 'app:/main/view/:id'],
    ['about:blank', 'about:'],
    ['data:text/html,<b>', 'data:'],
  ])('of %s is %s', (url, expected) => {
    expect(route(url)).toBe(expected)
  })
})

describe('script name', () => {
  it.each([
    ['https://h/app.3f2a9c1b.js', 'app.js'],
    ['https://h/app-3f2a9c1b.chunk.js', 'app.chunk.js'],
    ['https://h/index-BX7a_Kd2.js', 'index.js'],
    ['https://h/assets/index-DiwrgTda.js', 'index.js'],
    ['https://h/chunk-2XQK7ABC.js', 'chunk.js'],
    ['https://h/_app-1a2b3c4d5e6f7a8b.js', '_app.js'],
    ['https://h/3f2a9c1b1234.js', '(hash).js'],
    ['https://h/jquery-3.6.0.min.js?v=12', 'jquery-3.6.0.min.js'],
    ['https://h/my-component.js', 'my-component.js'],
    ['https://h/app-Settings.js', 'app-Settings.js'],
    ['https://h/shop/7', '/shop/:id'],
    ['node:internal/modules/cjs/loader', 'node:internal/modules/cjs/loader'],
    ['C:\\Users\\joe\\app\\main.js', 'main.js'],
  ])('of %s is %s', (url, expected) => {
    expect(scriptName(url)).toBe(expected)
  })
})

const folder = new URL('../../../../../shared/fixtures/reporting-api/', import.meta.url)

describe.skipIf(!existsSync(folder))('real reports of Chromium 156 (needs ../shared fixtures)', () => {
  it.each([
    ['unresponsive-with-stack', 'unresponsive | (anonymous) (app(1).min.js) | #sum (app(1).min.js)'],
    ['unresponsive-not-opted-in', 'unresponsive | /shop'],
    ['oom', 'oom | /oom'],
    ['no-reason', 'crash | /crash-plain'],
  ])('%s', (name, expected) => {
    const [{ body, url }] = JSON.parse(readFileSync(new URL(`chromium156-crash-${name}.json`, folder), 'utf8'))
    const { frames } = parseJavaScriptStack(body.stack)
    expect(generateJavaScriptSignature({ kind: 'browser', reason: body.reason, frames, url }).signature).toBe(expected)
  })
})
