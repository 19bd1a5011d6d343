import { describe, expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import type { ModuleSymbols } from '../module-symbols.ts'
import { maxLineBytes, scanChunkBytes } from './limits.ts'
import { openBreakpadSymbols } from './open-breakpad-symbols.ts'

const moduleLine = 'MODULE Linux x86_64 BBA6FA10B8AAB33D00000000000000000 a.out'

function open(...lines: string[]): ModuleSymbols {
  return openText(`${[moduleLine, ...lines].join('\n')}\n`)
}

function openText(text: string): ModuleSymbols {
  return openBreakpadSymbols(bytesSource(new TextEncoder().encode(text)))
}

describe('functions and lines', () => {
  const symbols = open('FILE 0 a.c', 'FILE 7 dir/b.c', 'FUNC 1000 30 8 main(int, char**)', '1000 10 42 0', '1010 8 43 7', '1020 10 0 0')

  test('finds function, file and line', () => {
    expect(symbols.lookup(0x1000)).toEqual({
      function: 'main(int, char**)',
      functionOffset: 0x1000,
      parameterSize: 8,
      file: 'a.c',
      line: 42,
      lineOffset: 0x1000,
      inlines: [],
    })
    expect(symbols.lookup(0x1017)).toMatchObject({ file: 'dir/b.c', line: 43 })
  })

  test('knows the function where no line covers the address', () => {
    expect(symbols.lookup(0x1018)).toEqual({ function: 'main(int, char**)', functionOffset: 0x1000, parameterSize: 8, inlines: [] })
  })

  test('keeps line 0 as the file has it', () => {
    expect(symbols.lookup(0x1020)).toMatchObject({ file: 'a.c', line: 0 })
  })

  test('finds nothing outside', () => {
    expect(symbols.lookup(0xfff)).toBeUndefined()
    expect(symbols.lookup(0x1030)).toBeUndefined()
    expect(symbols.hasFunction(0x1030)).toBe(false)
    expect(symbols.hasFunction(0x102f)).toBe(true)
  })

  test('reads the mark of folded functions', () => {
    const folded = open('FUNC m 10 8 4 f()', '10 8 1 0', 'PUBLIC m 40 c g')
    expect(folded.lookup(0x10)).toMatchObject({ function: 'f()', parameterSize: 4, line: 1 })
    expect(folded.lookup(0x40)).toMatchObject({ function: 'g', parameterSize: 12 })
  })

  test('takes a function called m for what it is', () => {
    expect(open('FUNC 10 8 0 m').lookup(0x10)?.function).toBe('m')
  })

  test('names a function without a name', () => {
    expect(open('FUNC 10 8 0').lookup(0x10)?.function).toBe('<name omitted>')
  })

  test('drops functions and lines of size 0', () => {
    const empty = open('FUNC 10 0 0 gone', '10 4 9 0', 'FUNC 20 8 0 f', '20 0 1 0', '20 8 2 0')
    expect(empty.lookup(0x10)).toBeUndefined()
    expect(empty.lookup(0x20)?.line).toBe(2)
    expect(empty.badLines).toBe(0)
  })

  test('of overlapping functions takes the lowest start, and keeps those behind', () => {
    const overlapping = open('FUNC 18 20 0 second', 'FUNC 10 10 0 first', 'FUNC 20 8 0 third')
    expect([0x10, 0x1f, 0x20, 0x30].map((offset) => overlapping.lookup(offset)?.function)).toEqual(['first', 'first', 'third', undefined])
    expect(overlapping.badLines).toBe(0)
  })

  test('of overlapping lines takes the lowest start', () => {
    const overlapping = open('FUNC 10 20 0 f', '14 10 2 0', '10 8 1 0')
    expect([0x10, 0x17, 0x18].map((offset) => overlapping.lookup(offset)?.line)).toEqual([1, 1, 2])
  })

  test('accepts addresses in capital letters, also at the begin of a line', () => {
    const capital = open('FUNC F0 10 0 f', 'F0 8 1 0', 'FA 2 2 0')
    expect(capital.lookup(0xfa)?.line).toBe(2)
    expect(capital.badLines).toBe(0)
  })

  test('is not confused by addresses beyond 4 GiB', () => {
    const far = open(
      'FUNC 100000010 10 0 far',
      '100000010 8 1 0',
      'FUNC fffffffffffffff0 10 0 farther',
      'FUNC ffffff00 fffffff 0 edge',
      'PUBLIC 100000000 0 p',
    )
    expect(far.lookup(0x10)).toBeUndefined()
    expect(far.lookup(0xffffffff)?.function).toBe('edge')
    expect(far.badLines).toBe(0)
  })
})

describe('public symbols', () => {
  const symbols = open('PUBLIC 30 4 later', 'PUBLIC 10 0 early', 'FUNC 20 8 0 f', 'PUBLIC 20 0 alias')

  test('reach to the next symbol', () => {
    expect(symbols.lookup(0x10)).toEqual({ function: 'early', functionOffset: 0x10, parameterSize: 0, inlines: [] })
    expect(symbols.lookup(0x1f)?.function).toBe('early')
    expect(symbols.lookup(0xffff)).toMatchObject({ function: 'later', parameterSize: 4 })
  })

  test('give way to a function that begins at or behind them', () => {
    expect(symbols.lookup(0x20)?.function).toBe('f')
    expect(symbols.lookup(0x28)).toBeUndefined()
    expect(symbols.hasFunction(0x28)).toBe(false)
  })

  test('of several names at one address the greatest is taken, like in rust-minidump', () => {
    expect(open('PUBLIC 10 0 b', 'PUBLIC 10 0 c', 'PUBLIC 10 0 a').lookup(0x18)?.function).toBe('c')
  })
})

describe('inlined calls', () => {
  const lines = [
    'FILE 0 a.cpp',
    'FILE 1 b.cpp',
    'FILE 2 c.cpp',
    'INLINE_ORIGIN 0 bar()',
    'INLINE_ORIGIN 5 foo()',
    'FUNC 100 40 0 main',
    'INLINE 0 42 0 5 110 20',
    'INLINE 1 39 1 0 118 4 120 8',
    '100 10 40 0',
    '110 8 38 1',
    '118 4 27 2',
    '11c 4 0 1',
    '120 8 28 2',
  ]
  const symbols = open(...lines)

  test('are listed innermost first, each where it stands', () => {
    expect(symbols.lookup(0x118)).toEqual({
      function: 'main',
      functionOffset: 0x100,
      parameterSize: 0,
      file: 'a.cpp',
      line: 42,
      lineOffset: 0x110,
      innermostLineOffset: 0x118,
      inlines: [
        { function: 'bar()', file: 'c.cpp', line: 27 },
        { function: 'foo()', file: 'b.cpp', line: 39 },
      ],
    })
  })

  test('have several ranges', () => {
    expect(symbols.lookup(0x127)?.inlines.map((call) => call.line)).toEqual([28, 39])
  })

  test('end where their ranges end', () => {
    expect(symbols.lookup(0x110)?.inlines).toEqual([{ function: 'foo()', file: 'b.cpp', line: 38 }])
    expect(symbols.lookup(0x130)?.inlines).toEqual([])
  })

  test('have no line where the line is 0', () => {
    expect(symbols.lookup(0x11c)?.inlines).toEqual([{ function: 'foo()', file: 'b.cpp' }])
  })

  test('keep line 0 of the call inside them', () => {
    const zero = open('FILE 0 a', 'INLINE_ORIGIN 0 f', 'FUNC 0 10 0 g', 'INLINE 0 5 0 0 0 10', 'INLINE 1 0 0 0 0 10', '0 10 3 0')
    expect(zero.lookup(4)?.inlines.map((call) => call.line)).toEqual([3, 0])
  })

  test('need every depth above them', () => {
    const gap = open('INLINE_ORIGIN 0 deep', 'FUNC 0 10 0 f', 'INLINE 1 5 0 0 0 10', '0 10 3 0')
    expect(gap.lookup(4)).toMatchObject({ line: 3, inlines: [] })
  })

  test('keep their place when their name is missing or empty', () => {
    const unnamed = open('INLINE_ORIGIN 1 ', 'FUNC 0 10 0 f', 'INLINE 0 5 0 1 0 10', 'INLINE 1 6 0 99 0 10', '0 10 7 0')
    expect(unnamed.lookup(4)?.inlines).toEqual([
      { function: '<name omitted>', line: 7 },
      { function: '<name omitted>', line: 6 },
    ])
    expect(unnamed.badLines).toBe(0)
  })

  test('are read in the format of 2021, which tells no file of the call', () => {
    const old = open(
      'FILE 0 a.cpp',
      'INLINE_ORIGIN 0 0 bar()',
      'INLINE_ORIGIN 1 -1 operator new',
      'FUNC 0 20 0 main',
      'INLINE 0 42 0 0 10',
      'INLINE 1 9 1 0 8',
      '0 10 7 0',
    )
    expect(old.lookup(4)).toMatchObject({ function: 'main', line: 42 })
    expect(old.lookup(4)?.file).toBeUndefined()
    expect(old.lookup(4)?.inlines).toEqual([
      { function: 'operator new', file: 'a.cpp', line: 7 },
      { function: 'bar()', line: 9 },
    ])
  })
})

describe('unwind rules', () => {
  test('of CFI come with the changes up to the address, in order', () => {
    const symbols = open(
      'STACK CFI INIT 100 40 .cfa: $rsp 8 + .ra: .cfa -8 + ^',
      'STACK CFI 108 .cfa: $rsp 32 +',
      'STACK CFI 104 .cfa: $rsp 16 + $rbp: .cfa -16 + ^',
      'STACK CFI 120 .cfa: $rsp 8 +',
    )
    const init = '.cfa: $rsp 8 + .ra: .cfa -8 + ^'
    expect(symbols.cfiAt(0x100)).toEqual({ startOffset: 0x100, size: 0x40, init, deltas: [] })
    expect(symbols.cfiAt(0x110)?.deltas).toEqual([
      { offset: 0x104, rules: '.cfa: $rsp 16 + $rbp: .cfa -16 + ^' },
      { offset: 0x108, rules: '.cfa: $rsp 32 +' },
    ])
    expect(symbols.cfiAt(0x140)).toBeUndefined()
    expect(symbols.cfiAt(0xff)).toBeUndefined()
  })

  test('belong to their own range only', () => {
    const symbols = open(
      'STACK CFI INIT 20 10 .cfa: b',
      'STACK CFI 24 .cfa: c',
      'STACK CFI INIT 0 10 .cfa: a',
      'STACK CFI INIT 30 0 .cfa: none',
      'STACK CFI 30 .cfa: lost',
    )
    expect(symbols.cfiAt(0x2f)).toMatchObject({ init: '.cfa: b', deltas: [{ rules: '.cfa: c' }] })
    expect(symbols.cfiAt(0xf)).toMatchObject({ init: '.cfa: a', deltas: [] })
    expect(symbols.badLines).toBe(0)
  })

  test('of Windows are read with their program', () => {
    const symbols = open('STACK WIN 4 b5ae 16 5 1 c 4 8 2 1 $T0 $ebp = $eip $T0 4 + ^ =')
    expect(symbols.winAt(0xb5af)).toEqual({
      kind: 'frame-data',
      startOffset: 0xb5ae,
      size: 0x16,
      prologSize: 5,
      epilogSize: 1,
      parameterSize: 0xc,
      savedRegisterSize: 4,
      localSize: 8,
      maxStackSize: 2,
      program: '$T0 $ebp = $eip $T0 4 + ^ =',
    })
  })

  test('prefer frame data to FPO', () => {
    const symbols = open('STACK WIN 0 10 20 0 0 0 0 0 0 0 1', 'STACK WIN 4 18 8 0 0 0 0 0 0 1 $eip 4 =')
    expect(symbols.winAt(0x18)?.kind).toBe('frame-data')
    expect(symbols.winAt(0x10)).toMatchObject({ kind: 'fpo', allocatesBasePointer: true })
  })

  test('of Windows are cut where the next begins, as some linkers give each the end of the function', () => {
    const symbols = open('STACK WIN 4 0 100 0 0 1 0 0 0 1 a', 'STACK WIN 4 10 f0 0 0 2 0 0 0 1 b', 'STACK WIN 4 20 e0 0 0 3 0 0 0 1 c')
    expect(symbols.winAt(0xf)).toMatchObject({ size: 0x10, parameterSize: 1 })
    expect(symbols.winAt(0x1f)).toMatchObject({ size: 0x10, parameterSize: 2 })
    expect(symbols.winAt(0xff)).toMatchObject({ size: 0xe0, parameterSize: 3 })
  })

  test('of Windows are ignored when type and program contradict each other, as in real files, or the type is another', () => {
    const symbols = open('STACK WIN 4 0 10 0 0 0 0 0 0 0 1', 'STACK WIN 0 0 10 0 0 0 0 0 0 1 $eip', 'STACK WIN 3 0 10 0 0 0 0 0 0 0 0')
    expect(symbols.winAt(4)).toBeUndefined()
    expect(symbols.badLines).toBe(0)
    expect(open('STACK WIN 4 0 10 0 0 0 0 0 0', 'STACK WIN 4 0 10 0 0 0 0 0 0 2 x', 'STACK WIN x').badLines).toBe(3)
  })
})

describe('damage', () => {
  test('in a line costs that line alone', () => {
    const symbols = open(
      'FILE x a.c',
      'FILE 1 b.c',
      'rubbish',
      'FUNC 10 10 0 f',
      '10 4 1 1',
      '14 zz 2 1',
      'garbage line',
      '18 4 3 1',
      'FUNC nothing',
      '18 4 9 1',
      'PUBLIC 50',
      'STACK CFI 10 .cfa: x',
      'STACK CFI INIT 10',
      'STACK',
      'FUNC 30 10 0 g',
      '30 10 4 1',
    )
    expect(symbols.lookup(0x10)).toMatchObject({ file: 'b.c', line: 1 })
    expect(symbols.lookup(0x15)).toMatchObject({ function: 'f', inlines: [] })
    expect(symbols.lookup(0x18)?.line).toBe(3)
    expect(symbols.lookup(0x30)?.line).toBe(4)
    // FILE x, rubbish, garbage line, FUNC nothing, PUBLIC 50, a change without INIT, INIT without rules, STACK alone.
    expect(symbols.badLines).toBe(8)
  })

  test('counts lines that stand outside of any function', () => {
    expect(open('10 4 1 0', 'INLINE 0 1 0 0 10 4', 'PUBLIC 20 0 p', '20 4 1 0').badLines).toBe(3)
  })

  test('counts a second MODULE line', () => {
    expect(open(moduleLine).badLines).toBe(1)
  })

  test('leaves the last line when its newline is missing', () => {
    const symbols = openText(`${moduleLine}\nFILE 0 a.c\nFUNC 10 10 0 f\n10 10 5 0`)
    expect(symbols.lookup(0x1f)).toMatchObject({ function: 'f', file: 'a.c', line: 5 })
    expect(symbols.badLines).toBe(0)
  })

  test('of line ends does not matter', () => {
    const symbols = openText(
      [moduleLine, 'FILE 0 a.c', '', 'FUNC 10 10 0 f', '10 10 5 0', 'STACK CFI INIT 10 10 .cfa: a', ''].join('\r\r\n'),
    )
    expect(symbols.lookup(0x1f)).toMatchObject({ function: 'f', file: 'a.c', line: 5 })
    expect(symbols.cfiAt(0x10)?.init).toBe('.cfa: a')
    expect(symbols.badLines).toBe(0)
  })

  test('by NULs shows as underscores', () => {
    expect(open('FUNC 10 10 0 a\0b').lookup(0x10)?.function).toBe('a_b')
  })

  test('of two files or origins with one number leaves the later', () => {
    const symbols = open('FILE 0 a.c', 'FILE 0 b.c', 'FUNC 10 10 0 f', '10 10 5 0')
    expect(symbols.lookup(0x10)?.file).toBe('b.c')
  })

  test('that makes the source unreadable later is counted, not thrown', () => {
    const bytes = new TextEncoder().encode(`${moduleLine}\nFUNC 10 10 0 f\n`)
    const broken = { gone: false }
    const symbols = openBreakpadSymbols({
      size: bytes.length,
      read(offset, length) {
        if (broken.gone) throw new SymbolError('unreadable', 'The disk is gone.')
        return bytes.subarray(offset, offset + length)
      },
    })
    broken.gone = true
    expect(symbols.hasFunction(0x10)).toBe(true)
    expect(symbols.lookup(0x10)).toBeUndefined()
    expect(symbols.readFailures).toBeGreaterThan(0)
  })
})

describe('long lines and large files', () => {
  test('reads a name of 155 KB', () => {
    const name = 'x'.repeat(155_000)
    expect(open(`FUNC 10 10 0 ${name}`, 'FUNC 20 10 0 g').lookup(0x10)?.function).toBe(name)
  })

  test('skips a line beyond the limit, also one longer than what is read at once', () => {
    for (const length of [maxLineBytes + 1, scanChunkBytes - 100, scanChunkBytes + 1, 2 * scanChunkBytes + 5]) {
      const symbols = open('FUNC 10 10 0 f', `FUNC 20 10 0 ${'x'.repeat(length)}`, 'FUNC 30 10 0 g', '30 10 7 0')
      expect([0x10, 0x20, 0x30].map((offset) => symbols.lookup(offset)?.function)).toEqual(['f', undefined, 'g'])
      expect(symbols.badLines).toBe(1)
    }
  })

  test('finds every function of a file that is read in pieces', () => {
    const count = 6000
    const lines: string[] = []
    for (let i = 0; i < count; i++)
      lines.push(`FUNC ${(i * 32).toString(16)} 20 0 ${'n'.repeat(i % 701)}${i}`, `${(i * 32).toString(16)} 20 ${i + 1} 0`)
    const text = [moduleLine, ...lines].join('\n')
    expect(text.length).toBeGreaterThan(2 * scanChunkBytes)
    const symbols = openText(text)
    for (let i = 0; i < count; i++) {
      const found = symbols.lookup(i * 32 + 31)
      if (found?.function !== `${'n'.repeat(i % 701)}${i}` || found.line !== i + 1) expect(found, `function ${i}`).toBeUndefined()
    }
    expect(symbols.badLines).toBe(0)
  })
})
