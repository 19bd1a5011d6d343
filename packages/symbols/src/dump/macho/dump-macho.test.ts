import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { synthDwarf } from '../../../testing/synth-elf.ts'
import { amd64, arm64, type SynthMacho, synthFat, synthMacho, synthUnwindInfo, x86 } from '../../../testing/synth-macho.ts'
import { bytesSource } from '../../byte-source.ts'
import { SymbolError } from '../../errors.ts'
import { type DumpOptions, type DumpResult, dumpSymbols } from '../index.ts'

const uuid = '00112233445566778899AABBCCDDEEFF'
const text = 0x1_0000_0000
const code = new Uint8Array(0x100)
const codeSection = { name: '__text', address: text + 0x1000, bytes: code, executable: true }

function dump(bytes: Uint8Array, options: DumpOptions = {}): { lines: string[]; result: DumpResult } {
  const chunks: Uint8Array[] = []
  const result = dumpSymbols(bytesSource(bytes), (chunk) => chunks.push(chunk), {
    fileName: '/Applications/App.app/Contents/MacOS/app',
    ...options,
  })
  return { lines: Buffer.concat(chunks).toString().trimEnd().split('\n'), result }
}

const codes = ({ problems }: DumpResult) => problems.map((problem) => problem.code)

/** The older way to compress a section, which Go still has. */
function compressed(bytes: Uint8Array): Uint8Array {
  const head = new Uint8Array(12)
  head.set(new TextEncoder().encode('ZLIB'))
  new DataView(head.buffer).setUint32(8, bytes.length)
  return Uint8Array.from([...head, ...deflateSync(bytes)])
}

describe('a Mach-O file', () => {
  test.each([false, true])('with debug information of its own, compressed: %s, has functions, lines and inlined calls', (isCompressed) => {
    const sections = synthDwarf().map(({ name, bytes }, index) => ({
      segment: '__DWARF',
      name: name.replace('.debug', isCompressed ? '__zdebug' : '__debug'),
      address: 0x10000 + index * 0x1000,
      bytes: isCompressed ? compressed(bytes) : bytes,
    }))
    const options: DumpOptions = { decompress: (_kind, bytes, size) => inflateSync(bytes, { maxOutputLength: size }) }
    const file = synthMacho({ uuid, textAddress: 0x800, sections: [{ ...codeSection, address: 0x1000 }, ...sections] })
    const { lines, result } = dump(file, options)
    expect(codes(result)).toEqual([])
    expect(lines).toContain('FUNC 800 40 0 outer')
    expect(lines.filter((line) => /^INLINE /.test(line))).toEqual(['INLINE 0 12 0 0 810 10'])
    expect(lines.filter((line) => /^[0-9a-f]+ /.test(line)).length).toBeGreaterThan(4)
  })

  test.each([
    [amd64, 0x8000_0003, 'x86_64'],
    [amd64, 8, 'x86_64h'],
    [arm64, 0, 'arm64'],
    [arm64, 0x8000_0002, 'arm64e'],
    [x86, 3, 'x86'],
    [12, 9, 'armv7'],
    [12, 0, 'arm'],
    [18, 0, 'ppc'],
    [0x0200_000c, 0, 'arm64_32'],
  ])('of processor %i, variant %i is %s, with its UUID as both ids', (cpuType, cpuSubtype, cpu) => {
    const is64 = cpuType >= 0x0100_0000 && cpuType < 0x0200_0000
    const { lines } = dump(synthMacho({ cpuType, cpuSubtype, uuid, is64, littleEndian: cpuType !== 18, textAddress: 0x1000 }))
    expect(lines).toEqual([`MODULE Mac ${cpu} ${uuid}0 app`, `INFO CODE_ID ${uuid}`])
  })

  test('of a library is named by its install name', () => {
    const { lines } = dump(synthMacho({ uuid, installName: '@rpath/Electron Framework.framework/Electron Framework' }))
    expect(lines[0]).toBe(`MODULE Mac x86_64 ${uuid}0 Electron Framework`)
  })

  test('without a UUID says so', () => {
    const { lines, result } = dump(synthMacho({}))
    expect(lines).toEqual([`MODULE Mac x86_64 ${'0'.repeat(33)} app`])
    expect(codes(result)).toEqual(['macho_no_uuid'])
  })

  test.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])(
    'with 64 bits: %s and the lowest byte first: %s gives functions of its symbol table, without their underscore',
    (is64, littleEndian) => {
      const textAddress = is64 ? text : 0x1000
      const at = (offset: number) => textAddress + 0x1000 + offset
      const sections = [
        { ...codeSection, address: at(0) },
        { segment: '__DATA', name: '__data', address: at(0x1000), bytes: new Uint8Array(4) },
      ]
      const symbols = [
        { name: '_late', address: at(0x20) },
        { name: '__ZN3foo3barEv', address: at(0x10) },
        { name: '_data', address: at(0x1000), section: 2 },
        { name: '_undefined', address: 0, type: 1, section: 0 },
        { name: '-[App run]', address: at(0x30) },
        { name: '', address: at(0x40) },
      ]
      const { lines } = dump(synthMacho({ uuid, is64, littleEndian, textAddress, sections, symbols, cpuType: is64 ? amd64 : 18 }))
      expect(lines.slice(2)).toEqual(['PUBLIC 1010 0 _ZN3foo3barEv', 'PUBLIC 1020 0 late', 'PUBLIC 1030 0 -[App run]'])
    },
  )

  test('that was stripped gives exported names, and places for functions without one', () => {
    // "_ma" leads to "in" and "lloc"; the second is taken from another library.
    const trie = Uint8Array.of(
      0,
      1,
      0x5f,
      0x6d,
      0x61,
      0,
      7,
      0,
      2,
      0x69,
      0x6e,
      0,
      19,
      0x6c,
      0x6c,
      0x6f,
      0x63,
      0,
      24,
      3,
      0,
      0x90,
      0x20,
      0,
      0,
      2,
      8,
      1,
      0,
    )
    const functionStarts = [text + 0x1010, text + 0x1040]
    const { lines } = dump(synthMacho({ uuid, sections: [codeSection], exportsTrie: trie, functionStarts }))
    expect(lines.slice(2)).toEqual(['PUBLIC 1010 0 main', 'PUBLIC 1040 0 sub_1040'])
  })

  test('whose debug information stayed in object files says so', () => {
    const symbols = [
      { name: '/build/a.o', address: 0, type: 0x66, section: 0 },
      { name: '/build/b.o', address: 0, type: 0x66, section: 0 },
    ]
    const { result } = dump(synthMacho({ uuid, symbols }))
    expect(result.problems).toEqual([{ code: 'macho_no_dsym', message: expect.stringMatching(/in 2 object files; "dsymutil app"/) }])
  })

  test('takes rules for unwinding from the program of a dSYM, if it is the same build', () => {
    const unwind = { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo([[0x1000, 0x0202_0000]], 0x1010) }
    const program = synthMacho({ uuid, sections: [codeSection, unwind] })
    const dsym = synthMacho({
      uuid,
      fileType: 10,
      sections: [
        { ...codeSection, absent: true },
        { ...unwind, absent: true },
      ],
      symbols: [{ name: '_f', address: text + 0x1000 }],
    })
    const wanted: unknown[] = []
    const withProgram = (bytes: Uint8Array) => ({
      companions: (companion: unknown) => {
        wanted.push(companion)
        return bytesSource(bytes)
      },
    })
    expect(dump(dsym, withProgram(program)).lines.slice(2)).toEqual([
      'PUBLIC 1000 0 f',
      'STACK CFI INIT 1000 10 .cfa: $rsp 16 + .ra: .cfa -8 + ^',
    ])
    expect(wanted).toEqual([{ kind: 'macho', name: 'app', uuid }])
    const other = dump(dsym, withProgram(synthMacho({ uuid: uuid.replace('FF', 'FE'), sections: [unwind] })))
    expect(other.lines.slice(2)).toEqual(['PUBLIC 1000 0 f'])
    expect(codes(other.result)).toEqual(['macho_companion'])
  })
})

describe('a fat file', () => {
  const fat = synthFat([
    { cpuType: amd64, bytes: synthMacho({ uuid }) },
    { cpuType: arm64, cpuSubtype: 2, bytes: synthMacho({ uuid: uuid.toLowerCase().replace('00', 'aa'), cpuType: arm64, cpuSubtype: 2 }) },
  ])

  test('gives the part that is asked for', () => {
    expect(dump(fat, { arch: 'x86_64' }).lines[0]).toBe(`MODULE Mac x86_64 ${uuid}0 app`)
    expect(dump(fat, { arch: 'arm64' }).lines[0]).toBe(`MODULE Mac arm64e ${uuid.replace('00', 'AA')}0 app`)
  })

  test('gives its first part and says so where none is', () => {
    const { lines, result } = dump(fat)
    expect(lines[0]).toContain(' x86_64 ')
    expect(result.problems).toEqual([
      { code: 'macho_fat', message: 'The fat file holds programs for x86_64, arm64e; that for x86_64 was taken.' },
    ])
  })

  test('without the part that is asked for is refused', () => {
    expect(() => dump(fat, { arch: 'ppc' })).toThrow(
      new SymbolError('no_debug_file', 'The fat file holds programs for x86_64, arm64e, none for ppc.'),
    )
  })
})

describe('compact unwind information', () => {
  const rules = (options: SynthMacho, encoding: number, codeBytes = code): string[] => {
    const sections = [
      { ...codeSection, bytes: codeBytes },
      { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo([[0x1000, encoding]], 0x1080) },
    ]
    return dump(synthMacho({ uuid, sections, ...options })).lines.slice(2)
  }

  test.each([
    ['a frame', amd64, 0x0100_0000, '.cfa: $rbp 16 + $rbp: .cfa -16 + ^ .ra: .cfa -8 + ^'],
    [
      'a frame with registers',
      amd64,
      0x0104_008a,
      '.cfa: $rbp 16 + $rbp: .cfa -16 + ^ .ra: .cfa -8 + ^ $r12: .cfa -48 + ^ $rbx: .cfa -40 + ^ $r12: .cfa -32 + ^',
    ],
    ['no frame', amd64, 0x0202_0400, '.cfa: $rsp 16 + .ra: .cfa -8 + ^ $rbx: .cfa -16 + ^'],
    [
      'no frame and all registers',
      amd64,
      0x0208_1800,
      '.cfa: $rsp 64 + .ra: .cfa -8 + ^ $rbp: .cfa -16 + ^ $r15: .cfa -24 + ^ $r14: .cfa -32 + ^ $r13: .cfa -40 + ^ $r12: .cfa -48 + ^ $rbx: .cfa -56 + ^',
    ],
    ['nothing', amd64, 0, '.cfa: $rsp 8 + .ra: .cfa -8 + ^'],
    ['a leaf', arm64, 0x0200_1000, '.cfa: sp 16 + .ra: x30'],
    ['a frame', arm64, 0x0400_0000, '.cfa: x29 16 + x29: .cfa -16 + ^ .ra: .cfa -8 + ^'],
    [
      'a frame with pairs',
      arm64,
      0x0400_0022,
      '.cfa: x29 16 + x29: .cfa -16 + ^ .ra: .cfa -8 + ^ x21: .cfa -24 + ^ x22: .cfa -32 + ^ d8: .cfa -40 + ^ d9: .cfa -48 + ^',
    ],
    ['nothing', arm64, 0, '.cfa: sp .ra: x30'],
  ])('that says %s, for processor %i, becomes rules', (_what, cpuType, encoding, expected) => {
    expect(rules({ cpuType }, encoding)).toEqual([`STACK CFI INIT 1000 80 ${expected}`])
  })

  test('of 32-bit x86 has words of four bytes', () => {
    const sections = [{ name: '__unwind_info', address: 0x3000, bytes: synthUnwindInfo([[0x1000, 0x0203_0800 | (3 * 5)]], 0x1010) }]
    const { lines } = dump(synthMacho({ uuid, cpuType: x86, is64: false, textAddress: 0x1000, sections }))
    expect(lines.slice(2)).toEqual(['STACK CFI INIT 1000 10 .cfa: $esp 12 + .ra: .cfa -4 + ^ $ebx: .cfa -8 + ^ $edi: .cfa -12 + ^'])
  })

  test('of a frame too large for it takes the size from the code, if that can be read', () => {
    const withSub = new Uint8Array(0x100)
    // push %rbp; push %rbx; sub $0x1000, %rsp
    withSub.set([0x55, 0x53, 0x48, 0x81, 0xec, 0, 0x10, 0, 0])
    const encoding = 0x0305_0000 | (3 << 13) | (1 << 10)
    expect(rules({}, encoding, withSub)).toEqual(['STACK CFI INIT 1000 80 .cfa: $rsp 4120 + .ra: .cfa -8 + ^ $rbx: .cfa -16 + ^'])
    expect(rules({ encrypted: true }, encoding, withSub)).toEqual([])
  })

  test.each([true, false])(
    'with a page that is compressed: %s lasts from entry to entry, and of two at one address the second counts',
    (compressed) => {
      const entries = [
        [0x1000, 0x0202_0000],
        [0x1010, 0],
        [0x1010, 0x0203_0000],
        [0x1020, 0x0202_0000],
      ] as const
      const info = { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo(entries, 0x1030, { compressed }) }
      const { lines } = dump(synthMacho({ uuid, sections: [info] }))
      expect(lines.slice(2).map((line) => line.replace(' .ra: .cfa -8 + ^', ''))).toEqual([
        'STACK CFI INIT 1000 10 .cfa: $rsp 16 +',
        'STACK CFI INIT 1010 10 .cfa: $rsp 24 +',
        'STACK CFI INIT 1020 10 .cfa: $rsp 16 +',
      ])
    },
  )

  test('that is damaged gives what comes before, and a problem', () => {
    const whole = synthUnwindInfo(
      [
        [0x1000, 0x0202_0000],
        [0x1010, 0x0203_0000],
      ],
      0x1020,
    )
    const backwards = synthUnwindInfo(
      [
        [0x1000, 0x0202_0000],
        [0x0800, 0x0203_0000],
      ],
      0x1020,
      { compressed: false },
    )
    for (const bytes of [whole.subarray(0, 70), backwards]) {
      const { result } = dump(synthMacho({ uuid, sections: [{ name: '__unwind_info', address: text + 0x2000, bytes }] }))
      expect(codes(result)).toEqual(['macho_unwind_info'])
    }
  })
})

describe('hostile bytes', () => {
  const whole = synthMacho({
    uuid,
    installName: '/usr/lib/libx.dylib',
    sections: [codeSection, { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo([[0x1000, 0x0202_0000]], 0x1010) }],
    symbols: [{ name: '_f', address: text + 0x1000 }],
    exportsTrie: Uint8Array.of(0, 1, 0x61, 0, 5, 0, 1, 0x62, 0, 5),
    functionStarts: [text + 0x1000],
  })

  test('of a trie that leads to itself end', () => {
    expect(codes(dump(whole).result)).toEqual(['macho_exports'])
  })

  test('of any kind give a result or are refused', () => {
    const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(whole.length), (changes, length) => {
        const bytes = whole.slice(0, length)
        for (const { at, value } of changes) bytes[at] = value
        try {
          dump(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(SymbolError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
