import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { formatDump } from '../describe/format-dump.ts'
import type { Minidump } from '../minidump.ts'
import { readMinidump } from '../read-minidump.ts'
import { streamType } from '../stream-types.ts'
import { type SynthOptions, synthDump } from '../synth/index.ts'
import type { WindowsStreams } from './windows.ts'

function read(options: SynthOptions): Minidump {
  return readMinidump(bytesSource(synthDump(options)))
}

const bytes = (...values: number[]) => Uint8Array.from(values)

const windows: WindowsStreams = {
  handles: [
    {
      handle: 0x1cn,
      typeName: 'File',
      objectName: '\\Device\\Null',
      attributes: 2,
      grantedAccess: 0x100020,
      handleCount: 3,
      pointerCount: 0x7ffe,
      objectInfos: [
        { type: 1, size: 4, bytes: bytes(1, 2, 3, 4) },
        { type: 7, size: 1, bytes: bytes(9) },
      ],
    },
    { handle: 0xffff_ffff_ffff_fffen, attributes: 0, grantedAccess: 0, handleCount: 0, pointerCount: 0 },
  ],
  handleOperations: [{ handle: 0x1cn, processId: 10, threadId: 11, operation: 2, returnAddresses: [0x7ff6_0000_1000n, 0x7ff6_0000_2000n] }],
  threadInfos: [
    {
      threadId: 11,
      dumpFlags: 2,
      dumpError: 0x8000_4005,
      exitStatus: 259,
      createTime: 0x1d6_8a00_0000_0000n,
      exitTime: 0n,
      kernelTime: 156_250n,
      userTime: 312_500n,
      startAddress: 0x7ff6_0000_3000n,
      affinity: 0xffn,
    },
  ],
  functionTables: [
    { minimumAddress: 0x1000n, maximumAddress: 0x2000n, baseAddress: 0x800n, entryCount: 3 },
    { minimumAddress: 0x5000n, maximumAddress: 0x6000n, baseAddress: 0x4800n, entryCount: 0 },
  ],
  tokens: [
    { id: 10, handle: 0x20n, size: 5, bytes: bytes(5, 4, 3, 2, 1) },
    { id: 11, handle: 0x24n, size: 0, bytes: bytes() },
  ],
  systemMemory: {
    revision: 1,
    flags: 0xf,
    basic: {
      timerResolution: 156_250,
      pageSize: 4096,
      numberOfPhysicalPages: 4_000_000,
      lowestPhysicalPageNumber: 1,
      highestPhysicalPageNumber: 4_194_303,
      allocationGranularity: 65_536,
      minimumUserModeAddress: 0x10000,
      maximumUserModeAddress: 0x7fff_fffe_ffff,
      activeProcessorsAffinityMask: 0xff,
      numberOfProcessors: 8,
    },
    fileCache: {
      currentSize: 1,
      peakSize: 2,
      pageFaultCount: 3,
      minimumWorkingSet: 4,
      maximumWorkingSet: 5,
      currentSizeIncludingTransitionInPages: 6,
      peakSizeIncludingTransitionInPages: 7,
      transitionRePurposeCount: 8,
      flags: 9,
    },
    commit: { availablePages: 1000, committedPages: 2000, commitLimit: 3000, peakCommitment: 2500 },
    performance: { idleProcessTime: 77, systemCalls: 0xffff_ffff, sharedCommittedPages: 5 },
  },
  processVmCounters: {
    revision: 2,
    flags: 0xf,
    pageFaultCount: 12,
    peakWorkingSetSize: 2 ** 40,
    privateUsage: 5,
    jobTotalCommitLimit: 6,
  },
}

describe.each([true, false])('streams of Windows (little-endian: %s)', (littleEndian) => {
  it('come back as they were written', () => {
    const dump = read({ littleEndian, windows })
    expect(dump.problems).toEqual([])
    const { systemMemory, processVmCounters, ...lists } = dump.windows
    const { systemMemory: memory, processVmCounters: counters, ...expected } = windows
    expect(lists).toEqual(expected)
    expect(systemMemory).toMatchObject(memory ?? {})
    expect(Object.keys(systemMemory?.performance ?? {})).toHaveLength(4 + 70 + 4)
    expect(processVmCounters).toMatchObject(counters ?? {})
  })

  it('come in their first version as well', () => {
    const handles = (windows.handles ?? []).slice(1)
    const processVmCounters = { revision: 1, flags: 0, pageFaultCount: 12, privateUsage: 5 }
    const dump = read({ littleEndian, windows: { handles, processVmCounters } })
    expect(dump.windows.handles).toEqual(handles)
    expect(dump.windows.processVmCounters).toMatchObject(processVmCounters)
    expect(dump.windows.processVmCounters).not.toHaveProperty('virtualSize')
  })
})

describe('damaged streams of Windows', () => {
  const word = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer)
  const withStream = (type: number, content: Uint8Array) => read({ extraStreams: [{ type, bytes: content }] })

  it('chains of object information that bite their tail end', () => {
    const dump = synthDump({ windows: { handles: windows.handles ?? [] } })
    const view = new DataView(dump.buffer)
    const handleData = readMinidump(bytesSource(dump)).streams.find(({ name }) => name === 'HandleData')
    const first = view.getUint32((handleData?.rva ?? 0) + 16 + 32, true)
    view.setUint32(first, first, true)
    const damaged = readMinidump(bytesSource(dump))
    expect(damaged.windows.handles).toHaveLength(2)
    expect(damaged.problems).toMatchObject([{ code: 'bad_record', stream: 'HandleData' }])
  })

  it('tables that claim more entries than the file has are listed up to there', () => {
    const table = new Uint8Array(32)
    const dump = withStream(streamType.functionTable, bytes(...word(24, 32, 8, 12, 9, 0), ...table, ...new Uint8Array(40)))
    expect(dump.windows.functionTables).toHaveLength(2)
    expect(dump.problems).toMatchObject([{ code: 'truncated_stream', stream: 'FunctionTable' }])
  })

  it('a table with impossible sizes is a problem', () => {
    const dump = withStream(streamType.functionTable, word(0, 0, 0, 0, 0xffff_ffff, 0))
    expect(dump.windows.functionTables).toEqual([])
    expect(dump.problems).toMatchObject([{ code: 'bad_list_size' }])
  })

  it('tokens without a size do not go on for ever', () => {
    const dump = withStream(streamType.token, bytes(...word(0, 0xffff_ffff, 16, 16), ...new Uint8Array(64)))
    expect(dump.windows.tokens).toEqual([])
    expect(dump.problems).toMatchObject([{ code: 'truncated_stream', stream: 'Token' }])
  })

  it('too short ones are absent, and said to be', () => {
    for (const type of [streamType.systemMemoryInfo, streamType.processVmCounters]) {
      const dump = withStream(type, bytes(1, 0, 0, 0))
      expect([dump.windows.systemMemory, dump.windows.processVmCounters]).toEqual([undefined, undefined])
      expect(dump.problems).toMatchObject([{ code: 'truncated_stream' }])
    }
  })
})

it('the text shows each stream of Windows', () => {
  const text = formatDump(read({ windows }))
  for (const part of ['objectName: \\Device\\Null', '0x7ff600003000', 'numberOfProcessors: 8', 'entryCount 3', 'jobTotalCommitLimit']) {
    expect(text).toContain(part)
  }
})
