import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitFunctionName } from './function-name.ts'

const name = (text: string) => splitFunctionName(text).name

describe('splitFunctionName', () => {
  it.each([
    ['main', 'main'],
    ['Foo::bar(int, char const*) const', 'bar'],
    ['(anonymous namespace)::Cache::evict(unsigned long)', 'evict'],
    ['std::map<int, std::pair<a::b, c> >::operator[](int const&)', 'operator[]'],
    ['foo::Callable::operator()(int)', 'operator()'],
    ['bool ns::operator<(ns::A const&, ns::A const&)', 'operator<'],
    ['base::OnceCallback<void (int)>::Run(int) &&', 'Run'],
    ['void std::__invoke<Foo>(Foo&&)', '__invoke<Foo>'],
    ['core::ptr::write_volatile::<u8>', 'write_volatile::<u8>'],
    ['crash_client::real_main::{closure#1}', 'real_main::{closure#1}'],
    ['<fn() as core::ops::FnOnce<()>>::call_once', 'call_once'],
    ['Cart.total', 'Cart.total'],
  ])('finds the name in %s', (text, expected) => {
    expect(name(text)).toBe(expected)
  })
  it('loses no character of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ':', ':', '(', ')', '<', '>', ' ', 'operator', '(anonymous', '{', '}'), maxLength: 40 }),
        (text) => {
          const { scope, name: found, rest } = splitFunctionName(text)
          return scope + found + rest === text
        },
      ),
    )
  })
  it('leaves huge expansions whole', () => {
    expect(name(`${'x<'.repeat(4000)}(`)).toHaveLength(8001)
  })
})
