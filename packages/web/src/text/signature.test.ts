import { describe, expect, it } from 'vitest'
import { splitSignature } from './signature.ts'

describe('splitSignature', () => {
  it('lets the first frame stand out', () => {
    expect(splitSignature('Foo::bar | Foo::baz | main', 'minidump')).toEqual({ head: 'Foo::bar', rest: ['Foo::baz', 'main'] })
  })
  it('keeps the reason of a browser report with its first frame', () => {
    expect(splitSignature('unresponsive | Cart.total (checkout.js) | step', 'browser')).toEqual({
      head: 'unresponsive · Cart.total (checkout.js)',
      rest: ['step'],
    })
  })
  it('leaves a single part whole, also an empty one', () => {
    expect([splitSignature('oom', 'browser').head, splitSignature('', 'minidump').head]).toEqual(['oom', ''])
  })
})
