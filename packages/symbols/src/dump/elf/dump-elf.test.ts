import { expect, test } from 'vitest'
import { ByteWriter, counted } from '../../../testing/byte-writer.ts'
import { type SynthSection, synthDwarf, synthElf, synthProgram, synthSymbols } from '../../../testing/synth-elf.ts'
import { bytesSource } from '../../byte-source.ts'
import { SymbolError } from '../../errors.ts'
import { dumpSymbols } from '../index.ts'
import type { DumpOptions } from '../input.ts'

function dumped(bytes: Uint8Array, options: DumpOptions = {}): string {
  const chunks: Uint8Array[] = []
  const { problems } = dumpSymbols(bytesSource(bytes), (chunk) => chunks.push(chunk), { fileName: '/bin/prog', ...options })
  expect(problems).toEqual([])
  return Buffer.concat(chunks).toString()
}

test('writes functions with inlined calls and lines, publics and frames', () => {
  expect(dumped(synthProgram())).toMatchInlineSnapshot(`
    "MODULE Linux x86_64 0403020106050807090A0B0C0D0E0F100 prog
    INFO CODE_ID 0102030405060708090A0B0C0D0E0F1011121314
    FILE 0 /src/a.c
    FILE 1 /src/inner.h
    INLINE_ORIGIN 0 _Z5innerv
    FUNC 1000 40 0 outer
    INLINE 0 12 0 0 1010 10
    1000 10 10 0
    1010 10 5 1
    1020 10 13 0
    1030 10 14 0
    PUBLIC 1060 0 plain
    FUNC 1080 10 0 other
    1080 10 30 0
    FUNC 10c0 10 0 other
    10c0 10 31 0
    STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: .cfa -8 + ^
    STACK CFI 1001 .cfa: $rsp 16 + $rbp: .cfa -16 + ^
    STACK CFI 1004 .cfa: $rbp 16 +
    STACK CFI 1034 .cfa: $rsp 8 +
    "
  `)
})

test('without inlines, inlined code has the line of the call', () => {
  const text = dumped(synthProgram(), { inlines: false })
  expect(text).toContain('FUNC 1000 40 0 outer\n1000 10 10 0\n1010 10 12 0\n1020 10 13 0\n')
  expect(text).not.toContain('INLINE')
})

test('names pass through the demangler', () => {
  expect(dumped(synthProgram(), { demangle: (name) => (name === '_Z5innerv' ? 'inner()' : name) })).toContain('INLINE_ORIGIN 0 inner()\n')
})

/** A unit without functions; its lines are those of `synthDwarf`. */
function emptyUnit(): Uint8Array {
  return counted(new ByteWriter().u16(4).u32(0).u8(8).uleb(1).text('a.s').text('/src').u32(0).u64(0).u8(0))
}

test('symbols of assembly have the lines of their unit', () => {
  const sections = synthDwarf().map((section) => (section.name === '.debug_info' ? { ...section, bytes: emptyUnit() } : section))
  const symbols = synthSymbols(7, [{ name: 'copy', address: 0x1010, size: 0x18 }])
  expect(dumped(synthElf({ sections: [...sections, ...symbols] }))).toContain('FUNC 1010 18 0 copy\n1010 10 5 0\n1020 8 13 1\n')
})

test('a unit of dwz that names the lines of another adds nothing', () => {
  const sections = synthDwarf().map((section) =>
    section.name === '.debug_info' ? { ...section, bytes: Uint8Array.from([...emptyUnit(), ...section.bytes]) } : section,
  )
  const symbols = synthSymbols(7, [{ name: 'outer', address: 0x1000, size: 0x40 }])
  const { counts } = dumpSymbols(bytesSource(synthElf({ sections: [...sections, ...symbols] })), () => undefined)
  expect(counts).toMatchObject({ functions: 3, inlines: 1 })
})

test('code that the linker removed is left out', () => {
  const text = dumped(synthElf({ sections: synthDwarf(), textSize: 0x60 }))
  expect(text).toContain('FUNC 1000 40 0 outer')
  expect(text).not.toContain('other')
})

test('a name of the symbol table wins, unless the debug information has one of its aliases', () => {
  const symbols = (names: string[]) =>
    synthSymbols(
      7,
      names.map((name) => ({ name, address: 0x1000, size: 0x40 })),
    )
  expect(dumped(synthElf({ sections: [...synthDwarf(), ...symbols(['outer.cold'])] }))).toContain('FUNC 1000 40 0 outer\n')
  expect(dumped(synthElf({ sections: [...synthDwarf(), ...symbols(['copy'])] }))).toContain('FUNC 1000 40 0 copy\n')
  expect(dumped(synthElf({ sections: [...synthDwarf(), ...symbols(['copy', 'outer'])] }))).toContain('FUNC 1000 40 0 outer\n')
})

test('a function whose size nobody wrote has that of its symbol, with its lines and inlined calls', () => {
  // Behind its address stands its size.
  const size = [0x00, 0x10, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0]
  const without = synthDwarf().map((section) => {
    const bytes = Uint8Array.from(section.bytes)
    const at = Array.from(bytes.keys()).find((start) => size.every((byte, index) => bytes[start + index] === byte))
    if (section.name === '.debug_info' && at !== undefined) bytes[at + 8] = 0
    return { ...section, bytes }
  })
  const symbols = synthSymbols(7, [{ name: 'outer', address: 0x1000, size: 0x40 }])
  const expected = dumped(synthElf({ sections: [...synthDwarf(), ...symbols] }))
  expect(dumped(synthElf({ sections: without }))).not.toContain('outer')
  expect(dumped(synthElf({ sections: [...without, ...symbols] }))).toBe(expected)
  expect(expected).toContain('INLINE 0 12 0 0 1010 10')
})

test('several symbols at one address are marked', () => {
  const symbols = synthSymbols(3, [
    { name: 'one', address: 0x1000, size: 4 },
    { name: 'two', address: 0x1000, size: 4 },
  ])
  expect(dumped(synthElf({ sections: symbols }))).toContain('PUBLIC m 1000 0 one\n')
})

test('a file without a build id is named by its code, one of zeros has no id', () => {
  const text = dumped(synthElf({ sections: [], buildId: new Uint8Array(20) }))
  expect(text).toContain(`MODULE Linux x86_64 ${'0'.repeat(33)} prog`)
  expect(text).not.toContain('CODE_ID')
})

test('an object that was not linked says so', () => {
  const { problems, counts } = dumpSymbols(bytesSource(synthElf({ type: 1, sections: synthDwarf() })), () => undefined)
  expect(problems.map(({ code }) => code)).toEqual(['unlinked'])
  expect(counts).toMatchObject({ functions: 0, publics: 0 })
})

test('a damaged unit costs its functions and is told', () => {
  const sections = synthDwarf().map((section) =>
    section.name === '.debug_abbrev' ? { ...section, bytes: Uint8Array.of(1, 0x11, 1, 3, 0x77, 0, 0) } : section,
  )
  const { problems, counts } = dumpSymbols(bytesSource(synthElf({ sections })), () => undefined)
  expect(problems).toEqual([{ code: 'unknown_form', message: expect.stringContaining('0x77') }])
  expect(counts).toMatchObject({ functions: 0, publics: 1 })
})

test('cut off anywhere, a file gives symbols or is refused', () => {
  const whole = synthProgram()
  for (let length = 1; length < whole.length; length += 7) {
    try {
      dumpSymbols(bytesSource(whole.subarray(0, length)), () => undefined)
    } catch (error) {
      expect(error).toBeInstanceOf(SymbolError)
    }
  }
})

test('what is no debug file is refused', () => {
  const refused = (bytes: Uint8Array) => () => dumpSymbols(bytesSource(bytes), () => undefined)
  expect(refused(new Uint8Array(0))).toThrow(SymbolError)
  expect(refused(new TextEncoder().encode('MODULE Linux x86_64 0 a\nFUNC 1 2 0 x'))).toThrow('neither ELF')
  expect(refused(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(20)))).toThrow(SymbolError)
})

test('a stripped file that still names one of dwz needs it for nothing', () => {
  const link = { name: '.gnu_debugaltlink', bytes: new TextEncoder().encode('/usr/lib/debug/.dwz/app.debug\0abcdefghijklmnopqrst') }
  const codes = (sections: SynthSection[]) =>
    dumpSymbols(bytesSource(synthElf({ sections })), () => undefined).problems.map(({ code }) => code)
  expect(codes([link])).toEqual([])
  expect(codes([...synthDwarf(), link])).toEqual(['missing_dwz_file'])
})
