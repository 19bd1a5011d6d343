import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/harness/cpu-time.ts'
import { type ByteSource, bytesSource } from './byte-source.ts'
import { readCrashpadReportId } from './crashpad-report-id.ts'
import { describeMinidump } from './describe/describe-minidump.ts'
import { MinidumpError } from './errors.ts'
import { readMinidump } from './read-minidump.ts'
import { stack, synthDump } from './synth/index.ts'

/** A dump that has every stream there is. */
function everything(littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const context = { registers: { rip: 0x1234, rsp: 0x7ffe0000 } }
  return synthDump({
    littleEndian,
    miscInfo: { flags: 0x3f7, processId: 1, buildString: 'b', debugBuildString: 'd', xstateEnabledFeatures: 7n, processCookie: 1 },
    threads: [
      { id: 1, name: 'one', stack: stack(0x7ffe0000n, [1, 2, 3]), context },
      { id: 2, name: 'two', stack: stack(0x7ffd0000n, [1, 2, 3]), context },
    ],
    exception: { threadId: 1, code: 11, parameters: [1n, 2n], context },
    modules: [
      { baseAddress: 0x1000n, size: 0x1000, name: '/bin/first', buildId: '11'.repeat(20) },
      { baseAddress: 0x4000n, size: 0x1000, name: '/bin/first', buildId: '11'.repeat(20) },
      { baseAddress: 0x8000n, size: 0x1000, name: 'a.exe', pdb: { guid: '12'.repeat(16), age: 1, fileName: 'a.pdb' } },
    ],
    unloadedModules: [{ baseAddress: 0x9000n, size: 1, checksum: 0, timestamp: 0, name: 'gone' }],
    memory64: [{ startAddress: 0x100000n, bytes: new Uint8Array(64) }],
    memoryInfo: [
      { baseAddress: 0x1000n, allocationBase: 0n, allocationProtection: 1, size: 4096n, state: 0x1000, protection: 4, type: 0x20000 },
    ],
    linux: {
      cpuInfo: 'c',
      maps: '1000-2000 r-xp 00000000 08:01 42 /bin/first\n4000-5000 rw-p 00001000 08:01 42 /bin/first\n',
      auxv: [{ key: 3n, value: 4n }],
      dsoDebug: {
        version: 1,
        brk: 1n,
        linkerBase: 2n,
        dynamicAddress: 3n,
        entries: [{ loadAddress: 1n, name: 'ld.so', dynamicAddress: 2n }],
      },
    },
    windows: {
      handles: [
        {
          ...{ handle: 4n, typeName: 'File', objectName: 'x', attributes: 1, grantedAccess: 2, handleCount: 3, pointerCount: 4 },
          objectInfos: [
            { type: 1, size: 4, bytes: new Uint8Array(4) },
            { type: 2, size: 0, bytes: new Uint8Array(0) },
          ],
        },
      ],
      handleOperations: [{ handle: 4n, processId: 1, threadId: 2, operation: 3, returnAddresses: [5n] }],
      functionTables: [{ minimumAddress: 1n, maximumAddress: 2n, baseAddress: 3n, entryCount: 2 }],
      tokens: [{ id: 1, handle: 2n, size: 3, bytes: new Uint8Array(3) }],
      processVmCounters: { revision: 2 },
    },
    mac: { crashInfo: [{ version: 5n, thread: 1n, message: 'm' }], bootArgs: '-v' },
    comments: { ansi: 'a', unicode: 'u' },
    softErrors: '[]',
    stabilityReport: { processes: [{ processId: 1, handleCount: 2 }], systemHandleCount: 3 },
    extraStreams: [{ type: 0x8001, bytes: new Uint8Array(8) }],
    breakpadInfo: { dumpThreadId: 2, requestingThreadId: 1 },
    assertion: { expression: 'e', function: 'f', file: 'g', line: 1, type: 1 },
    crashpad: {
      annotations: new Map([['a', 'b']]),
      modules: [
        {
          moduleIndex: 0,
          listAnnotations: ['l'],
          simpleAnnotations: new Map([['c', 'd']]),
          annotationObjects: [{ name: 'n', type: 1, value: new Uint8Array([65]), text: 'A' }],
        },
      ],
      addressMask: 1n,
    },
  })
}

const bases = [everything(true), everything(false)]

/** Numbers that parsers stumble over, beside arbitrary ones. */
const word = fc.oneof(fc.constantFrom(0, 1, 4, 8, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff), fc.nat(8192), fc.nat(0xffffffff))

/** A place in the dump, in 65536ths of its length: numbers of that form are evenly spread, doubles are not. */
const part = fc.nat(0xffff)

const damage = fc.record({
  base: fc.nat(1),
  edits: fc.array(fc.record({ position: part, value: word }), { minLength: 1, maxLength: 12 }),
  length: fc.option(part, { freq: 2, nil: null }),
})

interface Damage {
  readonly base: number
  readonly edits: readonly { readonly position: number; readonly value: number }[]
  readonly length: number | null
}

function damaged({ base, edits, length }: Damage): Uint8Array {
  const original = bases[base] ?? new Uint8Array(0)
  const bytes = original.slice()
  const view = new DataView(bytes.buffer)
  for (const { position, value } of edits) view.setUint32(Math.floor((position * (bytes.length - 4)) / 0x40000) * 4, value, base === 0)
  return length === null ? bytes : bytes.subarray(0, Math.floor((length * bytes.length) / 0x10000))
}

describe('any damage to a dump', () => {
  it('gives a dump with problems or a MinidumpError, in bounded time', () => {
    let slowestMs = 0
    let read = 0
    let damagedButRead = 0
    const readAll = (source: ByteSource) => {
      readCrashpadReportId(source)
      try {
        const dump = readMinidump(source)
        JSON.stringify(describeMinidump(dump))
        read++
        if (dump.problems.length > 0) damagedButRead++
      } catch (error) {
        if (!(error instanceof MinidumpError)) throw error
      }
    }
    fc.assert(
      fc.property(damage, (how) => {
        const source = bytesSource(damaged(how))
        slowestMs = Math.max(
          slowestMs,
          cpuMs(() => readAll(source)),
        )
      }),
      { numRuns: 4000 },
    )
    // Else the damage hits the header only and shows nothing.
    expect(read).toBeGreaterThan(1000)
    expect(damagedButRead).toBeGreaterThan(500)
    // A dump of ten kilobytes takes about a millisecond.
    expect(slowestMs).toBeLessThan(2000)
  })
})

const microdump = [
  '-----BEGIN BREAKPAD MICRODUMP-----',
  'V Chrome_Android:49.0.2623.15',
  'O A mips 02 mips 3.0.8 #7 SMP',
  'R 0000000B SIGSEGV 00001234',
  'S 0 7F92FC38 7F92F000 00002000',
  'S 7F92F000 00112233445566778899AABBCCDDEEFF',
  'S 7F92F010 00112233445566778899AABBCCDDEEFF',
  `C 0E000400${'00'.repeat(596)}`,
  'M 77C0E000 00000000 0006D000 8F36148CC4647A8116CAF2A25F591F570 crash_example',
  '-----END BREAKPAD MICRODUMP-----',
].map((line) => `F/google-breakpad(11976): ${line}`)

const lineDamage = fc.array(
  fc.record({
    line: fc.nat(microdump.length - 1),
    position: fc.nat(60),
    text: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('', ' ', 'FFFFFFFFFFFFFFFF', '\n')),
  }),
  { minLength: 1, maxLength: 6 },
)

it('any damage to a microdump gives a dump with problems or a MinidumpError', () => {
  let read = 0
  fc.assert(
    fc.property(lineDamage, (edits) => {
      const lines = [...microdump]
      for (const { line, position, text } of edits) {
        const old = lines[line] ?? ''
        lines[line] = old.slice(0, position) + text + old.slice(position + text.length)
      }
      try {
        JSON.stringify(describeMinidump(readMinidump(bytesSource(new TextEncoder().encode(lines.join('\n'))))))
        read++
      } catch (error) {
        if (!(error instanceof MinidumpError)) throw error
      }
    }),
    { numRuns: 1500 },
  )
  expect(read).toBeGreaterThan(500)
})
