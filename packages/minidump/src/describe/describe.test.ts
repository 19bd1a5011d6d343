import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { readMinidump } from '../read-minidump.ts'
import { streamType } from '../stream-types.ts'
import { type SynthOptions, stack, synthDump } from '../synth/index.ts'
import { describeMinidump } from './describe-minidump.ts'
import { formatDump } from './format-dump.ts'
import { formatMemory } from './format-memory.ts'

const dump = readMinidump(
  bytesSource(
    synthDump({
      threads: [{ id: 7, name: 'main', stack: stack(0x7ffe0000n, [1]), context: { registers: { rip: 0x1234, rsp: 0x7ffe0000 } } }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0x45n },
      modules: [{ baseAddress: 0x1000n, size: 0x1000, name: '/bin/\u001b[31mred', buildId: 'ab'.repeat(20) }],
      crashpad: { annotations: new Map([['__proto__', 'x']]) },
      linux: { cpuInfo: 'one\ntwo' },
    }),
  ),
)

/** A dump with every stream that is read, and for each a text that only its contents have. */
function everyStream(littleEndian: boolean): { contents: SynthOptions; marks: [name: keyof typeof streamType, mark: string][] } {
  const bytes = Uint8Array.of(0xab, 0xcd, 0xef)
  const auxv = [{ key: 6n, value: 0xa0bbn }]
  const dsoDebug = { version: 1, brk: 0xb0bbn, linkerBase: 1n, dynamicAddress: 2n, entries: [] }
  const contents: SynthOptions = {
    littleEndian,
    systemInfo: { csdVersion: 'service-pack' },
    miscInfo: { flags: 1, processId: 471_101 },
    extendedThreads: true,
    threads: [{ id: 471_102, name: 'thread-name' }],
    exception: { threadId: 471_102, code: 11, address: 0xdead_0001n },
    modules: [{ baseAddress: 0x1000n, size: 0x1000, name: 'module-name' }],
    unloadedModules: [{ baseAddress: 0x9000n, size: 0x1000, checksum: 0, timestamp: 0, name: 'unloaded-name' }],
    memory: [{ startAddress: 0xdead_0002n, bytes }],
    memoryInfo: [
      {
        baseAddress: 0xdead_0003n,
        allocationBase: 0n,
        allocationProtection: 4,
        size: 4096n,
        state: 0x1000,
        protection: 4,
        type: 0x20000,
      },
    ],
    linux: {
      cpuInfo: 'cpu-info',
      procStatus: 'proc-status',
      lsbRelease: 'lsb-release',
      cmdLine: 'cmd-line',
      environ: 'environ-text',
      maps: 'maps-text',
      limits: 'limits-text',
      auxv,
      dsoDebug,
    },
    windows: {
      handles: [
        { handle: 0x1cn, typeName: 'handle-type', attributes: 0, grantedAccess: 0, handleCount: 0, pointerCount: 0, objectInfos: [] },
      ],
      handleOperations: [{ handle: 1n, processId: 1, threadId: 1, operation: 2, returnAddresses: [0xdead_0004n] }],
      threadInfos: [
        {
          threadId: 1,
          dumpFlags: 0,
          dumpError: 0,
          exitStatus: 0,
          createTime: 0n,
          exitTime: 0n,
          kernelTime: 0n,
          userTime: 0n,
          startAddress: 0xdead_0005n,
          affinity: 1n,
        },
      ],
      functionTables: [{ minimumAddress: 0xdead_0006n, maximumAddress: 0xdead_0007n, baseAddress: 0n, entryCount: 0 }],
      tokens: [{ id: 1, handle: 2n, size: 3, bytes }],
      systemMemory: { revision: 1, flags: 0, basic: {}, fileCache: {}, commit: { availablePages: 471_103 }, performance: {} },
      processVmCounters: { revision: 1, flags: 0, pageFaultCount: 471_104 },
    },
    mac: {
      crashInfo: [
        {
          version: 5n,
          thread: 1n,
          dialogMode: 0n,
          abortCause: 0n,
          modulePath: '/m',
          message: 'mac-message',
          signatureString: '',
          backtrace: '',
          message2: '',
        },
      ],
      bootArgs: 'boot-args',
    },
    comments: { ansi: 'ansi-comment', unicode: 'unicode-comment' },
    softErrors: '["soft-error"]',
    stabilityReport: { processes: [{ processId: 471_105 }] },
    breakpadInfo: { dumpThreadId: 471_106, requestingThreadId: 1 },
    assertion: { expression: 'assert-expression', function: '', file: '', line: 1, type: 1 },
    crashpad: { annotations: new Map([['crashpad-key', 'value']]) },
  }
  const marks: [name: keyof typeof streamType, mark: string][] = [
    ['systemInfo', 'service-pack'],
    ['miscInfo', '471101'],
    ['threadExList', '471102'],
    ['threadNames', 'thread-name'],
    ['exception', '0xdead0001'],
    ['moduleList', 'module-name'],
    ['unloadedModuleList', 'unloaded-name'],
    ['memoryList', '0xdead0002'],
    ['memoryInfoList', '0xdead0003'],
    ['linuxCpuInfo', 'cpu-info'],
    ['linuxProcStatus', 'proc-status'],
    ['linuxLsbRelease', 'lsb-release'],
    ['linuxCmdLine', 'cmd-line'],
    ['linuxEnviron', 'environ-text'],
    ['linuxMaps', 'maps-text'],
    ['mozLinuxLimits', 'limits-text'],
    ['linuxAuxv', '0xa0bb'],
    ['linuxDsoDebug', '0xb0bb'],
    ['handleData', 'handle-type'],
    ['handleOperationList', '0xdead0004'],
    ['threadInfoList', '0xdead0005'],
    ['functionTable', '0xdead0006'],
    ['token', 'abcdef'],
    ['systemMemoryInfo', '471103'],
    ['processVmCounters', '471104'],
    ['mozMacosCrashInfo', 'mac-message'],
    ['mozMacosBootargs', 'boot-args'],
    ['commentA', 'ansi-comment'],
    ['commentW', 'unicode-comment'],
    ['mozSoftErrors', 'soft-error'],
    ['stabilityReport', '471105'],
    ['breakpadInfo', '471106'],
    ['assertion', 'assert-expression'],
    ['crashpadInfo', 'crashpad-key'],
  ]
  return { contents, marks }
}

describe('a description of a dump', () => {
  it.each([true, false])('has the contents of every stream, as text and as JSON (little-endian: %s)', (littleEndian) => {
    const { contents, marks } = everyStream(littleEndian)
    const whole = readMinidump(bytesSource(synthDump(contents)))
    expect(whole.problems).toEqual([])
    const [text, json] = [formatDump(whole), JSON.stringify(describeMinidump(whole))]
    const types = whole.streams.map(({ type }) => type)
    for (const [name, mark] of marks) {
      expect(types, name).toContain(streamType[name])
      expect([name, text.includes(mark), json.includes(mark)]).toEqual([name, true, true])
    }
    const memory64 = [{ startAddress: 0xdead_0008n, bytes: Uint8Array.of(1) }]
    const full = readMinidump(bytesSource(synthDump({ littleEndian, memory64, threads: [{ id: 471_107 }] })))
    for (const mark of ['0xdead0008', '471107']) expect(formatDump(full)).toContain(mark)
    const shown = new Set([...marks.map(([name]) => name), 'memory64List', 'threadList', 'unused'])
    expect(Object.keys(streamType).filter((name) => !shown.has(name))).toEqual([])
  })

  it('shows the contents of memory, read in parts', () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)
    const memory = [{ startAddress: 0x1000n, bytes }]
    const source = bytesSource(synthDump({ memory }))
    const reads: number[] = []
    const read = (offset: number, length: number) => {
      reads.push(length)
      return source.read(offset, length)
    }
    const counted = { size: source.size, read }
    const text = [...formatMemory({ ...readMinidump(source), source: counted })].join('')
    expect(Math.max(...reads)).toBeLessThanOrEqual(64 * 1024)
    const rows = text.split('\n').slice(2, -1)
    expect(text).toMatch(/^\nMemory at 0x0000000000001000, 200000 bytes:\n/)
    expect(rows[4]).toBe('  0x0000000000001040  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO')
    const digits = rows.map((row) => row.slice(21, 21 + 16 * 3).replaceAll(' ', '')).join('')
    expect(Buffer.from(digits, 'hex').equals(bytes)).toBe(true)
    expect(rows).toHaveLength(bytes.length / 16)
  })

  it('is JSON with every part', () => {
    const description = JSON.parse(JSON.stringify(describeMinidump(dump)))
    expect(description).toMatchObject({
      time: '2020-09-13T12:26:40.000Z',
      systemInfo: { cpu: 'amd64', os: 'Linux' },
      threads: [{ id: 7, name: 'main', context: { registers: { rip: '0x1234' } }, stack: { startAddress: '0x7ffe0000', size: 8 } }],
      exception: { code: 11, address: '0x45' },
      modules: [{ baseAddress: '0x1000', codeView: { kind: 'elf', buildId: 'ab'.repeat(20) } }],
      memory: [{ startAddress: '0x7ffe0000', size: 8 }],
      linux: { cpuInfo: 'one\ntwo' },
      problems: [],
    })
    expect(Object.entries(description.crashpad.annotations)).toEqual([['__proto__', 'x']])
    expect(description).not.toHaveProperty('source')
    expect(description).not.toHaveProperty('miscInfo')
  })

  it('is text in which nothing obeys a terminal', () => {
    const text = formatDump(dump)
    expect(text).toMatchSnapshot()
    expect(text).not.toContain('\u001b')
  })
})
