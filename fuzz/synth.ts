import { type SynthOptions, stack, synthDump } from '../packages/minidump/dist/synth/index.js'

const base = 0x40_0000n
const stackStart = 0x80_0000n
const encoder = new TextEncoder()

/** Per CPU the names of instruction pointer, stack pointer and frame pointer. */
const cpus = {
  amd64: ['rip', 'rsp', 'rbp'],
  x86: ['eip', 'esp', 'ebp'],
  arm64: ['pc', 'sp', 'fp'],
  arm: ['pc', 'sp', 'fp'],
  mips: ['pc', 'sp', 'fp'],
  mips64: ['pc', 'sp', 'fp'],
  ppc: ['srr0', 'r1', 'r31'],
  ppc64: ['srr0', 'r1', 'r31'],
  riscv: ['pc', 'sp', 's0'],
  riscv64: ['pc', 'sp', 's0'],
  sparc: ['g_r0', 'g_r14', 'g_r30'],
} as const

/** One dump per CPU and byte order, with stacks, an exception and most streams. */
export function synthDumps(): Uint8Array[] {
  const names = Object.keys(cpus) as (keyof typeof cpus)[]
  return names.flatMap((cpu) => [dumpOf(cpu, true), dumpOf(cpu, false)])
}

function dumpOf(cpu: keyof typeof cpus, littleEndian: boolean): Uint8Array {
  const [ip, sp, fp] = cpus[cpu]
  const pointerBytes = cpu.endsWith('64') ? 8 : 4
  const context = { registers: { [ip]: base + 0x110n, [sp]: stackStart, [fp]: stackStart + 32n } }
  const words = Array.from({ length: 96 }, (_, i) =>
    i % 5 === 1 ? base + BigInt((i * 52) % 0x800) : stackStart + BigInt(i * pointerBytes + 16),
  )
  const options: SynthOptions = {
    littleEndian,
    systemInfo: { cpu, os: cpu === 'x86' ? 'Windows NT' : cpu === 'arm64' ? 'Mac OS X' : 'Linux' },
    miscInfo: { flags: 0x3f7, processId: 1, processCreateTime: 1_500_000_000, buildString: 'b', debugBuildString: 'd' },
    threads: [1, 2].map((id) => ({ id, name: `t${id}`, context, stack: stack(stackStart, words, { pointerBytes, littleEndian }) })),
    exception: { threadId: 1, code: 11, flags: 1, address: 0x8n, parameters: [1n, 8n], context },
    modules: [
      { baseAddress: base, size: 0x1000, name: '/bin/ab', buildId: '11'.repeat(20) },
      { baseAddress: base + 0x4000n, size: 0x1000, name: 'a.exe', pdb: { guid: '12'.repeat(16), age: 1, fileName: 'a.pdb' } },
    ],
    unloadedModules: [{ baseAddress: base + 0x8000n, size: 0x1000, checksum: 0, timestamp: 0, name: 'gone' }],
    memory: [{ startAddress: base + 0x100n, bytes: new Uint8Array(64).fill(0x8b) }],
    memoryInfo: [
      { baseAddress: base, allocationBase: 0n, allocationProtection: 1, size: 4096n, state: 0x1000, protection: 0x20, type: 0x20000 },
    ],
    linux: { cpuInfo: 'c', maps: '400000-401000 r-xp 00000000 08:01 42 /bin/ab\n', lsbRelease: 'ID=x\n', auxv: [{ key: 3n, value: 4n }] },
    breakpadInfo: { dumpThreadId: 2, requestingThreadId: 1 },
    assertion: { expression: 'e', function: 'f', file: 'g', line: 1, type: 1 },
    crashpad: { annotations: new Map([['a', 'b']]), addressMask: 1n },
  }
  return synthDump(options)
}

/** Symbol files with every kind of record. Offsets are those where the stacks of the dumps above point. */
export function synthSymbols(): Uint8Array[] {
  const head = ['FILE 0 a.c', 'FILE 1 b.c', 'INLINE_ORIGIN 0 inlined()', 'INLINE_ORIGIN 1 deeper()']
  const functions = Array.from({ length: 8 }, (_, i) => {
    const at = i * 0x100
    const hex = (offset: number) => (at + offset).toString(16)
    return [
      `FUNC ${hex(0)} f0 4 function${i}(int)`,
      `INLINE 0 7 0 0 ${hex(8)} 60 ${hex(0x70)} 8`,
      `INLINE 1 8 1 1 ${hex(0x10)} 20`,
      `${hex(0)} 10 3 0`,
      `${hex(0x10)} e0 4 1`,
    ]
  }).flat()
  const publics = ['PUBLIC 900 0 exported', 'PUBLIC m 910 4 other']
  const cfi = (rules: string, delta: string) => [
    `STACK CFI INIT 0 400 ${rules}`,
    `STACK CFI 10 ${delta}`,
    `STACK CFI INIT 400 400 ${rules}`,
  ]
  const win = [
    'STACK WIN 4 0 400 5 1 c 4 8 2 1 $T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + =',
    'STACK WIN 0 400 200 5 0 4 4 8 0 0 1',
  ]
  const files = [
    ['Linux x86_64', cfi('.cfa: $rsp 8 + .ra: .cfa -8 + ^', '.cfa: $rsp 16 + $rbp: .cfa -16 + ^')],
    ['windows x86', win],
    ['mac arm64', cfi('.cfa: sp .ra: x30', '.cfa: sp 32 + .ra: .cfa -8 + ^ x29: .cfa -16 + ^')],
    ['Linux arm', cfi('.cfa: sp .ra: lr', '.cfa: sp 16 + .ra: .cfa -4 + ^ r11: .cfa -8 + ^')],
  ] as const
  return files.map(([system, unwind]) =>
    encoder.encode([`MODULE ${system} 111111111111111111111111111111110 ab`, ...head, ...functions, ...publics, ...unwind].join('\n')),
  )
}
