import { describe, expect, it } from 'vitest'
import { sourcePosition, webAddress } from './source-position.ts'

describe('sourcePosition', () => {
  it('keeps the last two parts of paths of any system', () => {
    expect(sourcePosition('C:\\b\\s\\w\\ir\\base\\task\\thread.cc', 42).short).toBe('task/thread.cc:42')
    expect(sourcePosition('/usr/src/debug/glibc/csu/libc-start.c', undefined).short).toBe('csu/libc-start.c')
    expect(sourcePosition('app.js', 7).short).toBe('app.js:7')
  })
  it('links files of known hosts at their revision', () => {
    expect(sourcePosition('git:github.com/owner/name:src/a b.cc:0123abc', 9).href).toBe(
      'https://github.com/owner/name/blob/0123abc/src/a%20b.cc#L9',
    )
    expect(sourcePosition('hg:hg.mozilla.org/mozilla-central:browser/app/x.cpp:855ec1', 337)).toEqual({
      short: 'app/x.cpp:337',
      whole: 'browser/app/x.cpp:337',
      href: 'https://hg.mozilla.org/mozilla-central/file/855ec1/browser/app/x.cpp#l337',
    })
  })
  it.each([
    'git:evil.example/owner/name:src/a.cc:0123',
    'git:github.com.evil.example/o/n:a.cc:1',
    'javascript:alert(1)',
    'https://example.com/a.js',
  ])('makes no link out of %s', (file) => {
    expect(sourcePosition(file, 1).href).toBeUndefined()
  })
})

describe('webAddress', () => {
  it('lets only http and https through', () => {
    expect(webAddress('https://example.com/a?b#c')).toBe('https://example.com/a?b#c')
    expect(['javascript:alert(1)', ' https://x', 'data:text/html,x', 'https://', 'file:///etc/passwd'].map(webAddress)).toEqual(
      Array(5).fill(undefined),
    )
  })
})
