import {
  endOfInlineSite,
  endOfScope,
  fileSubsection,
  inlineeSubsection,
  inlineSite,
  lineSubsection,
  procedure,
  publicSymbol,
  record,
  sectionHeader,
  synthPdb,
  text,
  u16,
  u32,
} from './synth-pdb.ts'
import { codeView, dataRva, synthPe } from './synth-pe.ts'

/** Small PDBs and PEs that have a bit of everything, to be damaged. */
export function windowsSeeds(): Uint8Array[] {
  return [fullPdb(), movedPdb(), x64Pe(), arm64Pe()]
}

const names = ['c:\\src\\a.cpp', 'c:\\src\\b.h', '$T0 .raSearch = $eip $T0 ^ =']

function fullPdb(): Uint8Array {
  const types = [
    record(0x1001, [...u32(0x70), ...u16(1)]),
    record(0x1002, [...u32(0x1000), ...u32(0x1_000c)]),
    record(0x1201, [...u32(3), ...u32(0x1001), ...u32(0x74), ...u32(0x1005)]),
    record(0x1008, [...u32(3), 0, 0, ...u16(2), ...u32(0x1002)]),
    record(0x1505, [...u16(0), ...u16(0x200), ...u32(0), ...u32(0), ...u32(0), ...u16(8), ...text('ns::A'), ...text('.?AUA@ns@@')]),
    record(0x1503, [...u32(0x1004), ...u32(0x74), ...u16(32), 0]),
    record(0x1009, [...u32(3), ...u32(0x1004), ...u32(0x1007), 0, 0, ...u16(0), ...u32(0x1002), ...u32(0)]),
    record(0x1002, [...u32(0x1004), ...u32(0x1_000c)]),
    record(0x1507, [...u16(0), ...u16(0), ...u32(0x74), ...u32(0), ...text('E')]),
    record(0x1002, [...u32(0x1003), ...u32(0x1_000c)]),
  ]
  const ids = [
    record(0x1605, [...u32(0), ...text('ns')]),
    record(0x1601, [...u32(0x1000), ...u32(0x1003), ...text('inner')]),
    record(0x1602, [...u32(0x1004), ...u32(0x1006), ...text('outer')]),
  ]
  const symbols = [
    procedure(0, 0x40, 'ns::f', 0x1003),
    inlineSite(0x1002, [11, 0x24, 4, 8, 5, 8, 3, 4, 4, 4]),
    inlineSite(0x1001, [11, 0x46, 4, 2, 12, 3, 2]),
    endOfInlineSite,
    endOfInlineSite,
    endOfScope,
    record(0x1132, [...u32(0), ...u32(0), ...u32(0x10), ...u32(0), ...u32(0x200), ...u32(0), ...u16(1), ...u16(1)]),
    endOfScope,
    procedure(0x80, 0x20, 'g', 0x1001, 0x1147),
    endOfScope,
    record(0x112c, [...u16(0), ...u16(5), ...u32(0x300), ...u32(0x80), ...u16(1), ...u16(1)]),
    record(0x1102, [...new Array<number>(12).fill(0), ...u32(0x310), ...u16(1), ...u16(6), 0, ...text('memset')]),
    endOfScope,
  ]
  const blocks = [
    {
      file: 0,
      lines: [
        [0, 1],
        [4, 2],
        [12, 3],
      ] as const,
    },
    {
      file: 8,
      lines: [
        [8, 9],
        [20, 0xfeefee],
      ] as const,
    },
  ]
  const inlinees = inlineeSubsection([
    { id: 0x1002, file: 8, line: 100 },
    { id: 0x1001, file: 8, line: 200 },
  ])
  const lines = [fileSubsection(names.slice(0, 2)), lineSubsection(0, 0x40, blocks), lineSubsection(0x80, 0x20, blocks), inlinees]
  const publics = [publicSymbol(0, '?f@ns@@YAXXZ'), publicSymbol(0x80, '_g@8'), publicSymbol(0x400, '_asm')]
  return synthPdb({
    names,
    types,
    ids,
    publics,
    modules: [
      { symbols, lines },
      { name: '* Linker *', symbols: [procedure(0x80, 8, 'h'), endOfScope] },
    ],
  })
}

function movedPdb(): Uint8Array {
  const omap = [
    [0x1000, 0x5000],
    [0x1010, 0x8000],
    [0x1020, 0],
  ].flatMap(([from = 0, to = 0]) => [...u32(from), ...u32(to)])
  const frame = (start: number): number[] => [
    ...u32(start),
    ...u32(0x18),
    ...u32(4),
    ...u32(8),
    ...u32(1),
    ...u32(29),
    ...u16(4),
    ...u16(12),
    ...u32(0),
  ]
  const fpo = [...u32(0x1008), ...u32(0x10), ...u32(2), ...u16(1), ...u16(0x1205)]
  const symbols = [procedure(4, 8, 'moved'), endOfScope, procedure(0x24, 8, 'gone'), endOfScope]
  return synthPdb({
    machine: 0x14c,
    names,
    omap,
    fpo,
    frameData: [...frame(0x1000), ...frame(0x1010)],
    sections: sectionHeader(0x5000),
    originalSections: sectionHeader(),
    modules: [{ symbols }],
  })
}

/** The PE of the PDBs above, with exports and chained unwind information. */
function x64Pe(): Uint8Array {
  // Four bytes of name and a NUL: what follows must be even.
  const view = [...codeView('file', 1), 0, 0, 0]
  const entries = dataRva + view.length
  const info = entries + 24
  const whole = [1, 20, 5, 0x25, 12, 0x03, 8, 0x72, 6, 0x34, ...u16(2), 1, 0x50, 0, 0]
  const part = [1 | (4 << 3), 8, 2, 0, 5, 0x54, ...u16(4), ...u32(0x1000), ...u32(0x1040), ...u32(info)]
  const table = [...u32(0x1000), ...u32(0x1040), ...u32(info), ...u32(0x1080), ...u32(0x10a0), ...u32(info + whole.length)]
  const exported = info + whole.length + part.length
  const head = [...new Array<number>(20).fill(0), ...u32(1), ...u32(1), ...u32(exported + 40), ...u32(exported + 44), ...u32(exported + 48)]
  const tables = [...u32(0x1400), ...u32(exported + 50), ...u16(0), ...text('exported')]
  const data = [...view, ...table, ...whole, ...part, ...head, ...tables]
  return synthPe({ data, directories: { 0: [exported, head.length + tables.length], 3: [entries, 24], 6: [dataRva, 28] } })
}

function arm64Pe(): Uint8Array {
  const packed = 1 | (16 << 2) | (3 << 13) | (5 << 16) | (3 << 21) | (12 << 23)
  const at = dataRva + 24
  const full = [...u32(40 | (1 << 22) | (4 << 27)), ...u32(20 | (3 << 22))]
  const codes = [0xe1, 0x41, 0x02, 0xe4, 0xe6, 0xc9, 0x04, 0x24, 0xc0, 0x10, 0xe7, 0x40, 0x02, 0xe5, 0x81, 0xe4]
  const entries = [...u32(0x1000), ...u32(packed), ...u32(0x1100), ...u32(at), ...u32(0x1200), ...u32((packed & ~3) | 2)]
  return synthPe({ machine: 0xaa64, data: [...entries, ...full, ...codes], directories: { 3: [dataRva, 24] } })
}
