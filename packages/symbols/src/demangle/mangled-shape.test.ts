import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { createDemangler } from './create-demangler.ts'
import { mangledShape, shapeMangled, shapeOdd, shapePlain } from './mangled-shape.ts'

const demangle = createDemangler(readFileSync(createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm')))
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]

describe('what a name is, told from its bytes', () => {
  test.each([
    ['main', shapePlain],
    ['_start', shapePlain],
    ['_', shapePlain],
    ['_Z1fi', shapeMangled],
    ['____Z1fi_block_invoke', shapeMangled],
    ['_RNvC6_123foo3bar', shapeMangled],
    ['_ZN4core3fmt9Formatter3new17h0123456789abcdefE', shapeMangled],
    ['_ZN54_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE', shapeMangled],
    ['_ZN4core4cell16RefCell$LT$T$GT$10borrow_mut17hbd859cedc9840603E', shapeMangled],
    ['_RNvB5_3foo', shapeMangled],
    ['_Z1fi.cold', shapeOdd],
    ['_Z1fi.isra.0', shapeOdd],
    ['f.llvm.1234', shapeOdd],
    ['_Z1fi [clone .part.0]', shapeOdd],
    ['_Z1fB5cxx11v', shapeOdd],
    ['?f@@YAXXZ', shapeOdd],
    ['@?f@@YAXXZ', shapeOdd],
    ['_Z1fi$0123456789abcdef0123456789abcdef', shapeOdd],
    ['na\u00efve', shapeOdd],
    ['a\nb', shapeOdd],
  ])('%j', (name, shape) => {
    const bytes = encoder.encode(`x${name}x`)
    expect(mangledShape(bytes, 1, bytes.length - 1)).toBe(shape)
  })
})

test('a name as bytes becomes what it becomes as a string, one after the other', () => {
  const names = ['_Z1fi', '_ZN1a1bEv', '_Zdamaged', '_Z', '__Z1fi', '_RNvC6_123foo3bar', '_ZNSt6vectorIiSaIiEE9push_backEOi']
  for (const name of [...names, ...names]) {
    const bytes = encoder.encode(`..${name}..`)
    const { ofBytes } = demangle
    expect(ofBytes.read(bytes, 2, bytes.length - 2)).toBe(true)
    expect(decoder.decode(ofBytes.bytes.subarray(ofBytes.start, ofBytes.end))).toBe(demangle(name))
  }
})

test('names on which the demangler traps, or that become too long, stay as they are or are left to the form for strings', () => {
  const own = createDemangler(readFileSync(createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm')))
  const bomb = encoder.encode(`_Z1f${'PFv'.repeat(20_000)}`)
  const kept = own.ofBytes.read(bomb, 0, bomb.length)
  if (kept) expect(own.ofBytes.bytes).toBe(bomb)
  const after = encoder.encode('_Z1fi')
  expect(own.ofBytes.read(after, 0, after.length)).toBe(true)
  expect(decoder.decode(own.ofBytes.bytes.subarray(own.ofBytes.start, own.ofBytes.end))).toBe('f(int)')
})
