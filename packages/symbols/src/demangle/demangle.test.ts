import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { createDemangler, loadDemangler } from './create-demangler.ts'
import { limitMemory } from './limit-memory.ts'

const wasm = readFileSync(createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm'))
const demangle = createDemangler(wasm)

/** Stands for 2 to the power of `depth` times its first part. */
function bomb(depth: number): string {
  const substitution = (index: number) => (index === 0 ? 'S_' : `S${(index - 1).toString(36).toUpperCase()}_`)
  let name = '_Z1fP1aIiiE'
  for (let level = 0; level < depth; level++) name += `PS_I${substitution(2 + 2 * level)}${substitution(2 + 2 * level)}E`
  return name
}

describe('demangle', () => {
  test.each([
    ['_ZN3foo3barIiEEvT_', 'foo::bar<int>(int)'],
    ['_ZNK12_GLOBAL__N_11A1fEv', '(anonymous namespace)::A::f() const'],
    ['__ZN3foo3barEv', 'foo::bar()'],
    ['____Z1fv_block_invoke', 'invocation function for block in f()'],
    [
      '_ZN4llvm18RuntimeDyldChecker14getSectionAddrB5cxx11ENS_9StringRefES1_b',
      'llvm::RuntimeDyldChecker::getSectionAddr[abi:cxx11](llvm::StringRef, llvm::StringRef, bool)',
    ],
    ['_Z11AfterColourB5cxx11', 'AfterColour[abi:cxx11]'],
    ['_ZNSt8ios_base7failureB5cxx11C1Ei', 'std::ios_base::failure[abi:cxx11]::failure(int)'],
    ['_ZN1a4bodyB5cxx11Ev', 'a::body[abi:cxx11]()'],
    ['_ZNSt3__110__to_charsB8ne190107EPcS0_d', 'std::__1::__to_chars[abi:ne190107](char*, char*, double)'],
    ['_ZNSt3__16vectorIiE3addB1aB8ne190107ES1_', 'std::__1::vector<int>::add[abi:a][abi:ne190107](std::__1::vector<int>)'],
    ['_ZNSt12length_errorC2B8ne190107EPKcS1_', 'std::length_error::length_error(char const*, char const*)'],
    ['_ZN1x3a1bB1tEv', 'x::a1b[abi:t]()'],
    ['_ZN1v1cIiNS0_IS0_EEED1B1tEv', 'v::c<int, v::c<v::c> >::~c[abi:t]()'],
    ['_ZN1v1cILi6EED1B1tEv', 'v::c<6>::~c[abi:t]()'],
    ['_ZNK1a1bclB8ne190107EPcS1_', 'a::b::operator()(char*, char*) const'],
    ['_ZN1aB1tD2Ev', 'a[abi:t]::~a()'],
    ['_ZTV3foo', '{vtable(foo)}'],
    ['_ZN4core3fmt9Formatter3pad17h0123456789abcdefE', 'core::fmt::Formatter::pad'],
    ['_RINvNtC3std3mem8align_ofdE', 'std::mem::align_of::<f64>'],
    ['__RNvC7mycrate3foo', 'mycrate::foo'],
    // Its `B2_` refers back, and looks like an ABI tag of C++.
    ['_RNvMNtNtNtCsgvbsrvnw3yD_9hashbrown7control5group4sse2NtB2_5Group4load', '<hashbrown::control::group::sse2::Group>::load'],
    ['_ZNSt12length_errorD2B8ne190107Ev', 'std::length_error::~length_error[abi:ne190107]()'],
    ['?bar@foo@@QEAAXH@Z', 'foo::bar(int)'],
    ['?bar@foo@@QEBAXH@Z', 'foo::bar(int) const'],
    ['?bar@?$foo@HPEBDV?$c@H$00@n@@@n@@UECAXH@Z', 'n::foo<int, char const*, n::c<int, 1> >::bar(int) volatile'],
    ['?bar@?$foo@P6AXHPEAX@Z@@QBEHXZ', 'foo<void (*)(int, void*)>::bar(void) const'],
    ['??Bfoo@@QEBA_NXZ', 'foo::operator bool(void) const'],
    ['?f@foo@@SAXXZ', 'foo::f(void)'],
    ['?f@?A0x1234@@YAXXZ', '(anonymous namespace)::f(void)'],
  ])('makes of %s what Mozilla prints, without the return type: %s', (mangled, name) => {
    expect(demangle(mangled)).toBe(name)
  })

  test.each(['.cold', '.isra.0.constprop.1', '.llvm.123456', ' [clone .part.0]', '$0123456789abcdef0123456789abcdef'])(
    'leaves %s of a copied function out',
    (suffix) => {
      expect(demangle(`_Z1fv${suffix}`)).toBe('f()')
    },
  )

  test.each([
    '_start',
    '__libc_start_main',
    'main',
    '-[NSObject init]',
    '',
    '_',
    '_Z',
    '_Zfoo',
    '_R',
    '?',
    '?$x',
    '@',
    '$s4main3fooyyF',
    'a::b',
    '_Z3fö',
  ])('leaves %j as it is', (name) => {
    expect(demangle(name)).toBe(name)
  })

  test('leaves names as they are that are too long, or become so', () => {
    const long = `_Z70000${'x'.repeat(70_000)}v`
    expect(demangle(long)).toBe(long)
    const longer = `_Z4090${'x'.repeat(4090)}iiii`
    expect(demangle(longer)).toBe(longer)
    expect(demangle(`_Z4000${'x'.repeat(4000)}v`)).toBe(`${'x'.repeat(4000)}()`)
  })

  test('survives names that stand for more than memory holds, and goes on until a file has too many', () => {
    const own = createDemangler(wasm)
    const name = bomb(40)
    expect(own(name)).toBe(name)
    expect(own('_Z1fi')).toBe('f(int)')
    for (let count = 0; count < 20; count++) own(`${name}i`)
    expect(own('_Z1fi')).toBe('_Z1fi')
  })

  test('survives deep nesting', () => {
    const nested = `_Z1f${'P'.repeat(50_000)}i`
    expect(demangle(nested)).toBe(nested)
    expect(demangle('_Z1fi')).toBe('f(int)')
  })

  test('is the same when it was compiled beside the main thread', async () => {
    expect((await loadDemangler(wasm))('_Z1fi')).toBe('f(int)')
  })
})

describe('limitMemory', () => {
  test('gives the memory a maximum and leaves what is no such module alone', () => {
    const limited = limitMemory(wasm, 128)
    expect(limited.length).toBeGreaterThan(wasm.length)
    expect(limitMemory(limited, 128)).toBe(limited)
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(9),
      new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ])
      expect(limitMemory(bytes, 1)).toBe(bytes)
  })
})
