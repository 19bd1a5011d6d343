import { describe, expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import { readHead, readModuleRecord } from './module-record.ts'

const id = 'BBA6FA10B8AAB33D00000000000000000'

function source(text: string) {
  return bytesSource(new TextEncoder().encode(text))
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof SymbolError) return error.code
    throw error
  }
  return 'none'
}

test('reads the module, its code id and where it came from', () => {
  const text = `MODULE windows x86_64 ${id.toLowerCase()} some name.pdb\nINFO CODE_ID 5C1B43D2A000 some.dll\nINFO URL https://symbols.example.org/a\nINFO GENERATOR mozilla/dump_syms 2.3.4\nFUNC 0 1 0 f\n`
  expect(readModuleRecord(source(text))).toEqual({
    os: 'windows',
    cpu: 'x86_64',
    debugId: id,
    debugFile: 'some name.pdb',
    codeId: '5c1b43d2a000',
    codeFile: 'some.dll',
    url: 'https://symbols.example.org/a',
    generator: 'mozilla/dump_syms 2.3.4',
  })
})

test('takes a first line alone, with carriage return and byte order mark', () => {
  expect(readModuleRecord(source(`\ufeffMODULE Linux x86 ${id} libc.so.6\r\n`)).debugFile).toBe('libc.so.6')
})

test('ignores a code id that is none', () => {
  expect(readModuleRecord(source(`MODULE Linux x86 ${id} a\nINFO CODE_ID ../../etc a\n`)).codeId).toBeUndefined()
})

describe('refuses', () => {
  test.each([
    ['an empty file', '', 'empty'],
    ['another file', '\x7fELF\x02\x01\x01', 'no_module'],
    ['a file that begins later', `\nMODULE Linux x86 ${id} a\n`, 'no_module'],
    ['a word that only begins like MODULE', `MODULES Linux x86 ${id} a\n`, 'no_module'],
    ['an id that is no number', 'MODULE Linux x86 ../../../../etc/passwd a\n', 'bad_module'],
    ['no id', 'MODULE Linux x86\n', 'bad_module'],
    ['a short id', 'MODULE Linux x86 ABCD a\n', 'bad_module'],
    ['a long id', `MODULE Linux x86 ${id}00000000 a\n`, 'bad_module'],
    ['no name', `MODULE Linux x86 ${id} \n`, 'bad_module'],
    ['a name with control characters', `MODULE Linux x86 ${id} a\x1b[31m\n`, 'bad_module'],
    ['an endless name', `MODULE Linux x86 ${id} ${'a'.repeat(100_000)}\n`, 'bad_module'],
  ])('%s', (_, text, code) => {
    expect(codeOf(() => readModuleRecord(source(text)))).toBe(code)
  })

  test.each([
    ['little-endian with a mark', [0xff, 0xfe, 0x4d, 0]],
    ['little-endian', [0x4d, 0, 0x4f, 0]],
    ['big-endian', [0, 0x4d, 0, 0x4f]],
  ])('UTF-16, %s', (_, bytes) => {
    expect(codeOf(() => readHead(bytesSource(new Uint8Array(bytes))))).toBe('utf16')
  })
})

test('opens files with short ids, which only old tools and tests write', () => {
  expect(readHead(source('MODULE Linux x86 abcd1234 a\n')).debugId).toBe('ABCD1234')
})
