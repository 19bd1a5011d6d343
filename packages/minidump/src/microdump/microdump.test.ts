import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { contextBytes } from '../context/write-context.ts'
import { MinidumpError } from '../errors.ts'
import { hexBytes } from '../fields.ts'
import type { Minidump } from '../minidump.ts'
import { readMinidump } from '../read-minidump.ts'
import { DumpWriter } from '../write/dump-writer.ts'

const begin = '-----BEGIN BREAKPAD MICRODUMP-----'
const end = '-----END BREAKPAD MICRODUMP-----'

function registers(cpuRaw: number, values: Record<string, number>): string {
  return hexBytes(contextBytes(new DumpWriter(0, true, false), { registers: values }, cpuRaw)).toUpperCase()
}

const lines = [
  'V Chrome_Android:49.0.2623.15',
  'O A arm 02 armv7l 3.0.8-g893bf16 #7 SMP',
  'P webview',
  'R 0000000B SIGSEGV 00001234',
  'G OpenGL ES 3.0|Qualcomm|Adreno (TM) 330',
  'H 12C00000 FFF73000 00D9',
  'S 0 FFEA0008 FFEA0000 00000010',
  'S FFEA0000 0011223344556677',
  'S FFEA0008 8899AABBCCDDEEFF',
  `C ${registers(5, { pc: 0xaaacd104, sp: 0xffea0008, r0: 7 })}`,
  'M AAACD000 00000000 0007C000 DA7778FB66018A4E9B4110ED06E730D00 app_process with a space',
  'M F6FCA000 00001000 00004000 000000000000000000000000000000000 libnetd_client.so',
]

function logcat(body: readonly string[], prefix = 'W/google-breakpad( 3745): '): string {
  return ['other line', `${prefix}${begin}`, ...body.map((line) => prefix + line), `${prefix}${end}`, 'more'].join('\n')
}

function read(text: string): Minidump {
  return readMinidump(bytesSource(new TextEncoder().encode(text)))
}

describe('a microdump', () => {
  it.each([
    ['the brief form of a log', 'W/google-breakpad( 3745): '],
    ['the long form', '02-23 15:49:14.700  3745  1739 F google-breakpad: '],
    ['the form with time', '01-25 09:57:54.139 F/google-breakpad(3745): '],
  ])('is read from %s', (_, prefix) => {
    const dump = read(logcat(lines, prefix).replaceAll('\n', '\r\n'))
    expect(dump.problems).toEqual([])
    expect(dump.microdump).toEqual({
      product: 'Chrome_Android:49.0.2623.15',
      processType: 'webview',
      gpu: ['OpenGL ES 3.0', 'Qualcomm', 'Adreno (TM) 330'],
      freeSpace: '12C00000 FFF73000 00D9',
    })
    expect(dump.systemInfo).toMatchObject({ cpu: 'arm', os: 'Android', processorCount: 2, csdVersion: '3.0.8-g893bf16 #7 SMP' })
    expect(dump.miscInfo?.processId).toBe(3745)
    expect(dump.exception).toMatchObject({ code: 11, address: 0x1234n })
    expect(dump.threads).toMatchObject([{ stack: { startAddress: 0xffea0000n, size: 16 }, context: { instructionPointer: 0xaaacd104n } }])
    expect(dump.breakpadInfo?.requestingThreadId).toBe(dump.threads?.[0]?.id)
    expect(dump.source.read(dump.threads?.[0]?.stack?.offset ?? 0, 16)[8]).toBe(0x88)
    expect(dump.modules).toMatchObject([
      { baseAddress: 0xaaacd000n, size: 0x7c000, name: 'app_process with a space', debugId: 'DA7778FB66018A4E9B4110ED06E730D00' },
      { name: 'libnetd_client.so' },
    ])
    expect(dump.modules[1]).not.toHaveProperty('debugId')
  })

  it('is read from the standard error of a program, which has no tags', () => {
    const dump = read(logcat(lines, ''))
    expect(dump.problems).toEqual([])
    expect(dump.threads?.[0]?.context?.stackPointer).toBe(0xffea0008n)
    expect(dump.miscInfo).toBeUndefined()
  })

  it('without a reason is a dump that a thread asked for', () => {
    const dump = read(logcat(lines.filter((line) => !line.startsWith('R'))))
    expect(dump.exception).toBeUndefined()
    expect(dump.breakpadInfo?.requestingThreadId).toBe(3745)
  })

  it('is the first of several, and has no lines of a process that crashed beside it', () => {
    const mine = logcat(lines).split('\n')
    const other = logcat(lines.with(1, 'O A x86 04 i686 OTHER'), 'W/google-breakpad( 99): ').split('\n')
    const mixed = mine.flatMap((line, i) => [line, other[i] ?? '']).join('\n')
    expect(read(`${mixed}\n${logcat(lines.with(1, 'O L arm 01 x y'))}`).systemInfo).toMatchObject({
      cpu: 'arm',
      csdVersion: '3.0.8-g893bf16 #7 SMP',
    })
  })

  it.each([
    ['arm64', 12, 'arm64', 'pc'],
    ['arm64', 0x8003, 'arm64', 'pc'],
    ['x86', 0, 'x86', 'eip'],
    ['x86_64', 9, 'amd64', 'rip'],
    ['mips', 1, 'mips', 'pc'],
    ['mips64', 0x8004, 'mips64', 'pc'],
    ['riscv64', 0x8006, 'riscv64', 'pc'],
  ])('of %s (%i) has its registers', (architecture, cpuRaw, cpu, pc) => {
    const body = [`O L ${architecture} 08 machine build`, `C ${registers(cpuRaw, { [pc]: 0x4711 })}`]
    const dump = read(logcat(body))
    expect(dump.problems).toEqual([])
    expect(dump.systemInfo?.os).toBe('Linux')
    expect(dump.threads?.[0]?.context).toMatchObject({ cpu, instructionPointer: 0x4711n })
  })
})

describe('a damaged microdump', () => {
  it('keeps what can be read', () => {
    const damaged = lines.map((line) => (line.startsWith('S FFEA0008') || line.startsWith('M F6FCA') ? line.slice(0, 12) : line))
    const dump = read(logcat(damaged).replace(end, 'cut'))
    expect(dump.modules).toHaveLength(1)
    expect(dump.threads?.[0]?.stack?.size).toBe(8)
    expect(dump.problems.map(({ code }) => code)).toEqual(['bad_record', 'bad_record', 'truncated_stream'])
  })

  it('whose log lost lines of the stack has the pieces as memory', () => {
    const dump = read(logcat([...lines, 'S FFEA0100 00112233', 'S FFEA0104 44556677']))
    expect(dump.memory.ranges).toMatchObject([{ startAddress: 0xffea0100n, size: 8 }])
    expect(dump.threads?.[0]?.stack).toMatchObject({ startAddress: 0xffea0000n, size: 16 })
  })

  it('with registers of another size says so', () => {
    const dump = read(logcat(lines.map((line) => (line.startsWith('C') ? 'C 0011' : line))))
    expect(dump.threads?.[0]?.context).toBeUndefined()
    expect(dump.problems.map(({ code }) => code)).toContain('bad_context')
  })

  it('of nothing but its first line is a dump without anything', () => {
    const dump = read(begin)
    expect(dump.systemInfo).toBeUndefined()
    expect(dump.threads).toHaveLength(1)
    expect(dump.problems.map(({ code }) => code)).toEqual(['truncated_stream', 'missing_stream'])
  })

  it('with endless lines is read in little time', () => {
    const long = ['O', 'M', 'S', 'R', 'C'].map((letter) => `${letter} ${' '.repeat(1_000_000)}`)
    const dump = read(logcat([...lines, ...long, '\n'.repeat(1_000_000)]))
    expect(dump.modules).toHaveLength(2)
    expect(dump.problems.filter(({ code }) => code === 'bad_record')).toHaveLength(5)
  }, 5000)

  it('with addresses beyond the address space does not throw', () => {
    const dump = read(
      logcat([
        ...lines,
        'S FFFFFFFFFFFFFFFF 0011',
        'M FFFFFFFFFFFFFFFF 0 FFFFFFFF 00 x',
        'M 0 0 FFFFFFFFFF 00 x',
        'R FFFFFFFFFFFFFFFF x y',
      ]),
    )
    expect(dump.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['bad_record', 'bad_module', 'bad_memory_range']))
  })
})

it('text without a microdump is no dump', () => {
  expect(() => read('W/google-breakpad( 3745): Microdump skipped (uninteresting)')).toThrow(MinidumpError)
})
