import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { describeMinidump } from '../describe/describe-minidump.ts'
import type { Minidump } from '../minidump.ts'
import { readMinidump } from '../read-minidump.ts'
import { streamType } from '../stream-types.ts'
import { type SynthOptions, stack, synthDump } from '../synth/index.ts'
import type { MacCrashRecord } from './mac.ts'

function read(options: SynthOptions): Minidump {
  return readMinidump(bytesSource(synthDump(options)))
}

const record: MacCrashRecord = {
  version: 5n,
  thread: 1n,
  dialogMode: 2n,
  abortCause: 3n,
  modulePath: '/usr/lib/system/libsystem_c.dylib',
  message: 'abort() called',
  signatureString: '',
  backtrace: 'Grüße',
  message2: 'second',
}

describe.each([true, false])('extensions of the format (little-endian: %s)', (littleEndian) => {
  it('of Mozilla on macOS come back as they were written', () => {
    const mac = { crashInfo: [record, { ...record, message: 'other' }], bootArgs: 'chunklist-security-epoch=0 -chunklist' }
    const dump = read({ littleEndian, mac })
    expect(dump.problems).toEqual([])
    expect(dump.mac).toEqual(mac)
  })

  it('threads of ThreadExList stand in for a missing ThreadList', () => {
    const backingStore = stack(0x9000n, [1, 2, 3], { littleEndian })
    const threads = [{ id: 5, stack: stack(0x8000n, [7], { littleEndian }), backingStore, context: { registers: { rip: 0x99 } } }]
    const dump = read({ littleEndian, extendedThreads: true, threads })
    expect(dump.problems).toEqual([])
    expect(dump.threads).toMatchObject([
      {
        id: 5,
        stack: { startAddress: 0x8000n, size: 8 },
        backingStore: { startAddress: 0x9000n, size: 24 },
        context: { instructionPointer: 0x99n },
      },
    ])
  })

  it('comments and soft errors are text', () => {
    const texts = { comments: { ansi: 'plain', unicode: 'häßlich 世界' }, softErrors: '[{"a":1}]' }
    expect(read({ littleEndian, ...texts })).toMatchObject(texts)
  })

  it('a stability report is decoded', () => {
    const stabilityReport = {
      processes: [
        {
          processId: 4711,
          privateUsagePages: 1,
          peakWorkingSetPages: 300,
          peakPagefilePages: 70_000,
          allocationAttemptBytes: 0xffff_ffff,
          openFileDescriptors: 12,
          handleCount: 13,
        },
        {},
      ],
      systemCommitLimitPages: 2 ** 40,
      systemCommitRemainingPages: 0,
      systemHandleCount: 99,
    }
    const dump = read({ littleEndian, stabilityReport })
    expect(dump.problems).toEqual([])
    expect(dump.stabilityReport).toEqual(stabilityReport)
  })
})

describe('damaged extensions', () => {
  it('a record of macOS that ends too early keeps what it has', () => {
    const bytes = synthDump({ mac: { crashInfo: [record] } })
    const at = readMinidump(bytesSource(bytes)).streams.find(({ name }) => name === 'MozMacosCrashInfo')?.rva ?? 0
    const view = new DataView(bytes.buffer)
    view.setUint32(at + 12, 40 + 5, true)
    view.setUint32(at + 4, 0xffff, true)
    const dump = readMinidump(bytesSource(bytes))
    expect(dump.mac.crashInfo?.[0]).toEqual({ version: 5n, thread: 1n, dialogMode: 2n, abortCause: 3n })
    expect(dump.problems.map(({ code }) => code)).toContain('bad_string')
    expect(dump.problems.map(({ code }) => code)).toContain('truncated_stream')
  })

  it('a record of a version before the fields that are known is listed with its version', () => {
    expect(read({ mac: { crashInfo: [{ ...record, version: 1n }] } }).mac.crashInfo).toEqual([{ version: 1n }])
  })

  it('a stability report that is cut off is read up to there', () => {
    const [fine, cut] = [Uint8Array.of(0x12, 2, 0x18, 7), Uint8Array.of(0x3a, 100, 1)]
    const dump = read({ extraStreams: [{ type: streamType.stabilityReport, bytes: Uint8Array.of(...fine, ...cut) }] })
    expect(dump.stabilityReport).toEqual({ processes: [{ processId: 7 }] })
    expect(dump.problems).toMatchObject([{ code: 'truncated_stream', stream: 'StabilityReport' }])
  })

  it.each([[0x80], [0x1b, 1, 2], new Array<number>(12).fill(0xff), [0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]])(
    'no message makes the decoder run on (%#)',
    (...bytes) => {
      const dump = read({ extraStreams: [{ type: streamType.stabilityReport, bytes: Uint8Array.from(bytes) }] })
      expect(dump.stabilityReport).toEqual({ processes: [] })
      expect(dump.problems).toMatchObject([{ code: 'truncated_stream' }])
    },
  )
})

it('streams of a form that nobody knows are shown by their first bytes', () => {
  const extraStreams = [
    { type: 0x8001, bytes: new Uint8Array(1000).fill(7) },
    { type: 23, bytes: Uint8Array.of(1, 2) },
    { type: 0xbeef0001, bytes: Uint8Array.of(3) },
  ]
  const dump = read({ extraStreams })
  expect(dump.opaqueStreams.map(({ name, size, bytes }) => [name, size, bytes.length])).toEqual([
    ['ceStreamSystemInfo', 1000, 256],
    ['IptTrace', 2, 2],
    ['unknown', 1, 1],
  ])
  expect(describeMinidump(dump).opaqueStreams).toMatchObject([{}, { bytes: '0102' }, { type: 0xbeef0001 }])
})
