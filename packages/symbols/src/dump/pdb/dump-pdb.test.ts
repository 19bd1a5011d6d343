import { expect, test } from 'vitest'
import {
  endOfInlineSite,
  endOfScope,
  fileSubsection,
  inlineeSubsection,
  inlineSite,
  lineSubsection,
  nameOffset,
  procedure,
  publicSymbol,
  record,
  type SynthPdb,
  sectionHeader,
  subsection,
  synthPdb,
  synthSignature,
  text,
  u16,
  u32,
} from '../../../testing/synth-pdb.ts'
import { bytesSource } from '../../byte-source.ts'
import { type DumpOptions, dumpSymbols } from '../index.ts'

function dump(pdb: SynthPdb, options: DumpOptions = {}): string[] {
  const chunks: Uint8Array[] = []
  dumpSymbols(bytesSource(synthPdb(pdb)), (chunk) => chunks.push(chunk), { fileName: 'C:\\out\\app.pdb', ...options })
  return Buffer.concat(chunks).toString().trimEnd().split('\n')
}

const names = ['c:\\src\\a.cpp', 'c:\\src\\b.h']

test('the module is named by the GUID and the age of its debug information', () => {
  expect(dump({ age: 9, dbiAge: 0x1a })).toEqual([`MODULE windows x86_64 ${synthSignature}1A app.pdb`])
  expect(dump({ machine: 0x14c })[0]).toContain('windows x86 ')
  expect(dump({ machine: 0xaa64 })[0]).toContain('windows arm64 ')
})

test('lines of several files in one function are put in order, those of no size and those for the debugger left out', () => {
  const blocks = [
    {
      file: 0,
      lines: [
        [0, 10],
        [4, 11],
        [4, 12],
        [12, 0xf00f00],
        [16, 14],
      ] as const,
    },
    { file: 8, lines: [[8, 3]] as const },
  ]
  const module = { symbols: [procedure(0x10, 0x20, 'f'), endOfScope], lines: [fileSubsection(names), lineSubsection(0x10, 0x20, blocks)] }
  expect(dump({ names, modules: [module] })).toEqual([
    `MODULE windows x86_64 ${synthSignature}1 app.pdb`,
    'FILE 0 c:\\src\\a.cpp',
    'FILE 1 c:\\src\\b.h',
    'FUNC 1010 20 0 f',
    '1010 4 10 0',
    '1014 4 12 0',
    '1018 8 3 1',
    '1020 10 14 0',
    'PUBLIC 1030 0 <unknown in app.pdb>',
  ])
})

test('inlined calls give INLINE records, their code the lines of the innermost call', () => {
  const ids = [record(0x1601, [...u32(0), ...u32(0), ...text('inner')]), record(0x1601, [...u32(0), ...u32(0), ...text('outer')])]
  // outer: +4 at line +1, 8 bytes; inner: +4 within it, 2 bytes.
  const symbols = [
    procedure(0, 0x20, 'f'),
    inlineSite(0x1001, [11, 0x24, 4, 8]),
    inlineSite(0x1000, [11, 0x46, 4, 2]),
    endOfInlineSite,
    endOfInlineSite,
    endOfScope,
  ]
  const inlinees = inlineeSubsection([
    { id: 0x1001, file: 8, line: 100 },
    { id: 0x1000, file: 8, line: 200 },
  ])
  const lines = [
    fileSubsection(names),
    lineSubsection(0, 0x20, [
      {
        file: 0,
        lines: [
          [0, 1],
          [4, 2],
          [12, 3],
        ],
      },
    ]),
    inlinees,
  ]
  const module = { symbols, lines }
  const body = dump({ names, ids, modules: [module] }).slice(3, -1)
  expect(body).toEqual([
    'INLINE_ORIGIN 0 outer',
    'INLINE_ORIGIN 1 inner',
    'FUNC 1000 20 0 f',
    'INLINE 0 2 0 0 1004 8',
    'INLINE 1 101 1 1 1006 2',
    '1000 4 1 0',
    '1004 2 101 1',
    '1006 2 202 1',
    '1008 4 101 1',
    '100c 14 3 0',
  ])
  const without = dump({ names, ids, modules: [module] }, { inlines: false }).filter((line) => /^[0-9a-f]+ /.test(line))
  expect(without).toEqual(['1000 4 1 0', '1004 8 2 0', '100c 14 3 0'])
})

test('equal functions that the linker merged are one, marked as several', () => {
  const module = { symbols: [procedure(0, 8, 'first'), endOfScope, procedure(0, 8, 'second'), endOfScope] }
  expect(dump({ modules: [module] })[1]).toBe('FUNC m 1000 8 0 first')
})

test('of merged functions the lines are those of the one that gives the name', () => {
  const lines = (line: number) => lineSubsection(0, 8, [{ file: 0, lines: [[0, line]] }])
  const symbols = [procedure(0, 8, 'first'), endOfScope, procedure(0, 8, 'second'), endOfScope, procedure(0, 8, 'third'), endOfScope]
  const module = { symbols, lines: [fileSubsection(names), lines(10), lines(20), lines(30)] }
  expect(dump({ names, modules: [module] }).slice(2, 4)).toEqual(['FUNC m 1000 8 0 first', '1000 8 10 0'])
})

test('public symbols stand where no function is, and give names of C their size of arguments', () => {
  const publics = [
    publicSymbol(0, '_covered@12'),
    publicSymbol(4, 'inside'),
    publicSymbol(0x40, '@fast@8'),
    publicSymbol(0x50, '_plain'),
    publicSymbol(0x60, '??_C@_03string'),
    publicSymbol(0x70, 'data', 2),
  ]
  const module = { symbols: [procedure(0, 8, 'covered'), endOfScope] }
  const sections = [...sectionHeader(), ...sectionHeader(0x20000, 0x100, 0x4000_0040)]
  expect(dump({ machine: 0x14c, publics, sections, modules: [module] }).slice(1)).toEqual([
    'FUNC 1000 8 c covered',
    'PUBLIC 1040 8 fast',
    'PUBLIC 1050 0 plain',
    'PUBLIC 1051 0 <unknown in app.pdb>',
  ])
})

test('jumps of incremental linking and thunks without a symbol are named', () => {
  const trampoline = (at: number, to: number): number[] =>
    record(0x112c, [...u16(0), ...u16(5), ...u32(at), ...u32(to), ...u16(1), ...u16(1)])
  const thunk = record(0x1102, [...u32(0), ...u32(0), ...u32(0), ...u32(0x30), ...u16(1), ...u16(6), 0, ...text('memset')])
  const modules = [{ symbols: [trampoline(0x5, 0x100), trampoline(0xa, 0x200), thunk, endOfScope] }]
  const found = dump({ modules, publics: [publicSymbol(0x100, '_main')] }).filter((line) => line.startsWith('PUBLIC'))
  expect(found.slice(0, 4)).toEqual(['PUBLIC 1005 0 @ILT+0(_main)', 'PUBLIC 100a 0 @ILT+5()', 'PUBLIC 1030 0 memset', 'PUBLIC 1100 0 main'])
})

test('parts that the compiler moved away are functions of the same name', () => {
  const moved = record(0x1132, [...u32(0), ...u32(0), ...u32(0x10), ...u32(0), ...u32(0x200), ...u32(0), ...u16(1), ...u16(1)])
  const symbols = [procedure(0, 0x20, 'f'), endOfScope, moved, endOfScope]
  expect(dump({ modules: [{ symbols }] }).slice(1, 3)).toEqual(['FUNC 1000 20 0 f', 'FUNC 1200 10 0 f'])
})

test('frame data and FPO become STACK WIN, by address; where both tell, frame data', () => {
  const names = ['$T0 .raSearch = ']
  const data = [...u32(0x1010), ...u32(0x20), ...u32(4), ...u32(8), ...u32(1), ...u32(1), ...u16(3), ...u16(12), ...u32(4)]
  const old = (start: number, flags: number): number[] => [...u32(start), ...u32(0x10), ...u32(2), ...u16(1), ...u16(flags)]
  const fpo = [...old(0x1000, 0x1205), ...old(0x1010, 0x5), ...old(0x1020, 0x1105), ...old(0x1040, 0xc005)]
  expect(dump({ machine: 0x14c, names, fpo, frameData: data }).slice(1)).toEqual([
    'STACK WIN 0 1000 10 5 0 4 8 8 0 0 1',
    'STACK WIN 4 1010 20 3 0 8 c 4 1 1 $T0 .raSearch =',
    'STACK WIN 0 1020 10 5 0 4 4 8 0 0 0',
  ])
})

test('where code was moved after linking, records follow it and split', () => {
  const omap = [
    [0x1000, 0x5000],
    [0x1010, 0x8000],
    [0x1020, 0],
  ].flatMap(([from, to]) => [...u32(from ?? 0), ...u32(to ?? 0)])
  const data = [...u32(0x1000), ...u32(0x18), ...u32(0), ...u32(0), ...u32(0), ...u32(1), ...u16(4), ...u16(0), ...u32(0)]
  const symbols = [procedure(0x4, 8, 'moved'), endOfScope, procedure(0x24, 8, 'gone'), endOfScope]
  const written = dump({
    machine: 0x14c,
    names: ['$eip'],
    omap,
    sections: sectionHeader(0x5000),
    originalSections: sectionHeader(),
    modules: [{ symbols }],
    frameData: data,
  })
  expect(written.slice(1)).toEqual([
    'FUNC 5004 8 0 moved',
    'PUBLIC 500c 0 <unknown in app.pdb>',
    'STACK WIN 4 5000 4 4 0 0 0 0 0 1 $eip',
    'STACK WIN 4 5004 c 0 0 0 0 0 0 1 $eip',
    'STACK WIN 4 8000 8 0 0 0 0 0 0 1 $eip',
  ])
})

test('symbols of a module that end in the middle are a problem, not an error', () => {
  const cut = procedure(0, 8, 'f').slice(0, 20)
  const result = dumpSymbols(bytesSource(synthPdb({ modules: [{ symbols: [cut] }] })), () => undefined)
  expect(result.problems.map(({ code }) => code)).toEqual(['pdb_symbols'])
})

test('an inlined call in two pieces has its line in both, and the code between them that of the function', () => {
  const ids = [record(0x1601, [...u32(0), ...u32(0), ...text('twice')]), record(0x1601, [...u32(0), ...u32(0), ...text('deep')])]
  // The second piece has another call within, the first has none.
  const deep = [inlineSite(0x1001, [3, 0x14, 4, 2]), endOfInlineSite]
  const pieces = [3, 4, 4, 4, 3, 8, 4, 8]
  const lines = (within: readonly (readonly number[])[]) => {
    const symbols = [procedure(0, 0x20, 'f'), inlineSite(0x1000, pieces), ...within, endOfInlineSite, endOfScope]
    const inlinees = inlineeSubsection([
      { id: 0x1000, file: 0, line: 100 },
      { id: 0x1001, file: 0, line: 200 },
    ])
    const blocks = [{ file: 0, lines: [[0, 7]] as const }]
    const module = { symbols, lines: [fileSubsection(names), lineSubsection(0, 0x20, blocks), inlinees] }
    return dump({ names, ids, modules: [module] }).filter((line) => /^[0-9a-f]+ /.test(line))
  }
  expect(lines([])).toEqual(['1000 4 7 0', '1004 4 100 0', '1008 8 7 0', '1010 8 100 0', '1018 8 7 0'])
  expect(lines(deep)).toEqual(['1000 4 7 0', '1004 4 100 0', '1008 8 7 0', '1010 4 100 0', '1014 2 200 0', '1016 2 100 0', '1018 8 7 0'])
})

test('a PDB whose symbols are still in the object files says so', () => {
  const codes = (features: readonly number[]) =>
    dumpSymbols(bytesSource(synthPdb({ features })), () => undefined).problems.map(({ code }) => code)
  // What Visual C++ 2015 and later write in any case, then MINI.
  expect(codes([20140508])).toEqual([])
  expect(codes([20140508, 0x494e_494d])).toEqual(['pdb_fastlink'])
})

test('types and inlined functions that another module exports are found there', () => {
  const files = [...names, 'Other.OBJ']
  const types = [record(0x1201, [...u32(1), ...u32(0x74)]), record(0x1008, [...u32(3), 0, 0, ...u16(1), ...u32(0x1000)])]
  const ids = [record(0x1601, [...u32(0), ...u32(0x1001), ...text('inner')])]
  const imports = subsection(0xf7, [...u32(nameOffset(files, 2)), ...u32(2), ...u32(0x10), ...u32(0x8000_0011)])
  const exports = subsection(0xf8, [...u32(0x10), ...u32(0x1001), ...u32(0x8000_0011), ...u32(0x1000)])
  const symbols = [procedure(0, 0x20, 'f', 0x8000_0000), inlineSite(0x8000_0001, [3, 4, 4, 8]), endOfInlineSite, endOfScope]
  const missing = [procedure(0x40, 8, 'g', 0x8010_0000), endOfScope]
  const lines = [
    fileSubsection(names),
    lineSubsection(0, 0x20, [{ file: 0, lines: [[0, 1]] }]),
    inlineeSubsection([{ id: 0x8000_0001, file: 0, line: 7 }]),
    imports,
  ]
  const modules = [
    { symbols: [...symbols, ...missing], lines },
    { name: 'other.obj', lines: [exports] },
  ]
  const found = dump({ names: files, types, ids, modules }).filter((line) => /^(FUNC|INLINE_ORIGIN)/.test(line))
  expect(found).toEqual(['INLINE_ORIGIN 0 inner(int)', 'FUNC 1000 20 0 f(int)', 'FUNC 1040 8 0 g'])
})

test('damaged steps of lines and impossible sizes neither last for ever nor spoil what follows', () => {
  const ids = [record(0x1601, [...u32(0), ...u32(0), ...text('inner')])]
  // Back by 2^28 lines, and 2^29 bytes of code.
  const far = [6, 0xdf, 0xff, 0xff, 0xff, 3, 1, 4, 0xdf, 0xff, 0xff, 0xff]
  const nested = [inlineSite(0x1000, far), inlineSite(0x1000, far), endOfInlineSite, endOfInlineSite, endOfScope]
  const symbols = [
    procedure(0, 0xffff_ffff, 'huge'),
    ...nested,
    procedure(0x40, 0, 'empty'),
    ...nested,
    procedure(0x80, 8, 'next'),
    endOfScope,
  ]
  const lines = [
    fileSubsection(names),
    lineSubsection(0, 0xffff_ffff, [
      {
        file: 0,
        lines: [
          [0, 1],
          [0x7fff_0000, 2],
        ],
      },
    ]),
    inlineeSubsection([{ id: 0x1000, file: 8, line: 10 }]),
  ]
  const found = dump({ names, ids, modules: [{ symbols, lines }] })
  expect(found.filter((line) => line.startsWith('FUNC'))).toEqual([
    'FUNC 1000 ffffffff 0 huge',
    'FUNC 1040 0 0 empty',
    'FUNC 1080 8 0 next',
  ])
  expect(found.filter((line) => line.startsWith('INLINE 1'))).toEqual(['INLINE 1 0 1 0 1001 1fffffff'])
})
