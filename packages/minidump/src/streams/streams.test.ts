import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import type { Minidump } from '../minidump.ts'
import { readMinidump } from '../read-minidump.ts'
import { streamType } from '../stream-types.ts'
import { type SynthOptions, stack, synthDump } from '../synth/index.ts'
import type { CrashpadInfo } from './crashpad-info.ts'
import type { LinuxStreams } from './linux.ts'
import type { MiscInfo } from './misc-info.ts'

function read(options: SynthOptions): Minidump {
  return readMinidump(bytesSource(synthDump(options)))
}

const summer = { year: 0, month: 3, dayOfWeek: 0, day: 5, hour: 2, minute: 0, second: 0, millisecond: 0 }
const winter = { year: 0, month: 10, dayOfWeek: 0, day: 5, hour: 3, minute: 59, second: 58, millisecond: 999 }

const wholeMiscInfo: MiscInfo = {
  flags: 0x3f7,
  processId: 4711,
  processCreateTime: 1_599_999_000,
  processUserTime: 17,
  processKernelTime: 3,
  processorMaxMhz: 3600,
  processorCurrentMhz: 1200,
  processorMhzLimit: 3500,
  processorMaxIdleState: 2,
  processorCurrentIdleState: 1,
  processIntegrityLevel: 0x2000,
  processExecuteFlags: 0x4d,
  protectedProcess: 1,
  timeZoneId: 2,
  timeZone: {
    biasMinutes: -60,
    standardName: 'W. Europe Standard Time',
    standardDate: winter,
    standardBiasMinutes: 0,
    daylightName: 'W. Europe Daylight Time',
    daylightDate: summer,
    daylightBiasMinutes: -60,
  },
  buildString: '19041.1.amd64fre.vb_release.191206-1406',
  debugBuildString: 'dbgcore.amd64,10.0.19041.546',
  xstateEnabledFeatures: 5n,
  xstateContextSize: 832,
  xstateFeatures: [
    { index: 0, offset: 0, size: 160 },
    { index: 2, offset: 576, size: 256 },
  ],
  processCookie: 0xcafe0001,
}

const crashpad: CrashpadInfo = {
  version: 1,
  reportId: '00112233-4455-6677-8899-aabbccddeeff',
  clientId: 'ffeeddcc-bbaa-9988-7766-554433221100',
  annotations: new Map([
    ['prod', 'Electron'],
    ['ver', '31.0.0'],
    ['name', 'Grüße, 世界'],
  ]),
  modules: [
    {
      moduleIndex: 2,
      listAnnotations: ['first', 'second'],
      simpleAnnotations: new Map([['plat', 'linux']]),
      annotationObjects: [
        { name: 'ptype', type: 1, value: new TextEncoder().encode('renderer'), text: 'renderer' },
        { name: 'bits', type: 0x8001, value: new Uint8Array([0, 1, 255]) },
      ],
    },
  ],
  addressMask: 0xffff_ff80_0000_0000n,
}

const linux: LinuxStreams = {
  cpuInfo: 'processor\t: 0\nmicrocode\t: 0xe0\n',
  procStatus: 'Name:\tcrash\nPid:\t4711\n',
  lsbRelease: 'DISTRIB_ID=Debian\n',
  cmdLine: 'crash\0--now',
  environ: 'HOME=/root\0LANG=C',
  maps: '00400000-00401000 r-xp 00000000 08:01 42 /crash\n',
  limits: 'Limit Soft Limit Hard Limit Units\n',
  auxv: [
    { key: 3n, value: 0x400040n },
    { key: 6n, value: 4096n },
  ],
  dsoDebug: {
    version: 1,
    brk: 0x7000n,
    linkerBase: 0x8000n,
    dynamicAddress: 0x9000n,
    entries: [
      { loadAddress: 0n, name: '', dynamicAddress: 0x600n },
      { loadAddress: 0x1000n, name: '/lib/libc.so.6', dynamicAddress: 0x1600n },
    ],
  },
}

for (const littleEndian of [true, false]) {
  describe(littleEndian ? 'a little-endian dump' : 'a big-endian dump', () => {
    it('gives its header', () => {
      const dump = read({ littleEndian, timestamp: 1_700_000_001, flags: 0x1_0000_0002n, version: 0x1234a793 })
      expect(dump).toMatchObject({ littleEndian, timestamp: 1_700_000_001, flags: 0x1_0000_0002n, version: 0x1234a793, problems: [] })
    })

    it('gives SystemInfo of x86 with its CPUID words', () => {
      const systemInfo = {
        cpu: 'x86',
        os: 'Windows NT',
        major: 10,
        minor: 1,
        build: 19041,
        csdVersion: 'Service Pack 2',
        suiteMask: 0x100,
        cpuInformation: { vendor: 'AuthenticAMD', versionInformation: 0x870f10, featureInformation: 0x178bfbff, amdExtendedFeatures: 7 },
      } as const
      expect(read({ littleEndian, systemInfo }).systemInfo).toEqual({
        ...systemInfo,
        cpuRaw: 0,
        osRaw: 2,
        processorLevel: 6,
        processorRevision: 0x8e0a,
        processorCount: 4,
        productType: 1,
      })
    })

    it.each([
      ['arm', { armCpuId: 0x410fd034, armHwcaps: 0x37 }],
      ['arm64', { features: [1n, 0xffff_ffff_0000_0002n] }],
      ['amd64', { features: [0x1234n, 0n] }],
      ['amd64', { vendor: 'GenuineIntel', versionInformation: 1, featureInformation: 2, amdExtendedFeatures: 3 }],
    ] as const)('gives the CPU information of %s', (cpu, cpuInformation) => {
      expect(read({ littleEndian, systemInfo: { cpu, cpuInformation } }).systemInfo?.cpuInformation).toEqual(cpuInformation)
    })

    it('gives all five versions of MiscInfo', () => {
      expect(read({ littleEndian, miscInfo: wholeMiscInfo }).miscInfo).toEqual(wholeMiscInfo)
    })

    it('gives of a short MiscInfo what it has', () => {
      const miscInfo = { flags: 3, processId: 1, processCreateTime: 2, processUserTime: 3, processKernelTime: 4 }
      expect(read({ littleEndian, miscInfo }).miscInfo).toEqual(miscInfo)
    })

    it('leaves out fields of MiscInfo whose flag is not set', () => {
      expect(read({ littleEndian, miscInfo: { ...wholeMiscInfo, flags: 0x100 } }).miscInfo).toEqual({
        flags: 0x100,
        buildString: wholeMiscInfo.buildString,
        debugBuildString: wholeMiscInfo.debugBuildString,
        xstateEnabledFeatures: 5n,
        xstateContextSize: 832,
        xstateFeatures: wholeMiscInfo.xstateFeatures,
      })
    })

    it.each([false, true])('gives threads with stack, registers and name (padded lists: %s)', (paddedLists) => {
      const dump = read({
        littleEndian,
        paddedLists,
        threads: [
          {
            id: 7,
            suspendCount: 1,
            priorityClass: 32,
            priority: 9,
            tebAddress: 0x7ff0_0000_1000n,
            stack: stack(0x7ffe_0000_0000n, [1, 2, 0xffff_ffff_ffff_fff0n], { littleEndian }),
            context: { registers: { rip: 0x5555_0000_1234n, rsp: 0x7ffe_0000_0000n, eflags: 0x246, cs: 0x33 } },
            name: 'main – 主',
          },
          { id: 8 },
        ],
      })
      expect(dump.problems).toEqual([])
      const [first, second] = dump.threads ?? []
      expect(first).toMatchObject({
        id: 7,
        suspendCount: 1,
        priorityClass: 32,
        priority: 9,
        tebAddress: 0x7ff0_0000_1000n,
        name: 'main – 主',
      })
      expect(first?.stack).toMatchObject({ startAddress: 0x7ffe_0000_0000n, size: 24 })
      expect(first?.context).toMatchObject({ cpu: 'amd64', instructionPointer: 0x5555_0000_1234n, stackPointer: 0x7ffe_0000_0000n })
      expect(first?.context?.otherRegisters.get('cs')).toBe(0x33n)
      expect(second).toMatchObject({ id: 8, stack: undefined, context: undefined })
      expect(second).not.toHaveProperty('name')
      const word = dump.memory.read(0x7ffe_0000_0010n, 8)
      expect(word?.at(littleEndian ? 0 : 7)).toBe(0xf0)
    })

    it('gives the exception with its context', () => {
      const dump = read({
        littleEndian,
        exception: {
          threadId: 7,
          code: 0xc0000005,
          flags: 0x80000001,
          nestedRecordAddress: 5n,
          address: 0xffff_8000_0000_0000n,
          parameters: [1n, 0x45n],
          context: { registers: { rip: 3, rsp: 4 } },
        },
      })
      expect(dump.exception).toMatchObject({
        threadId: 7,
        code: 0xc0000005,
        flags: 0x80000001,
        nestedRecordAddress: 5n,
        address: 0xffff_8000_0000_0000n,
        parameters: [1n, 0x45n],
      })
      expect(dump.exception?.context?.instructionPointer).toBe(3n)
    })

    it.each([false, true])('gives modules with every kind of CodeView (padded lists: %s)', (paddedLists) => {
      const dump = read({
        littleEndian,
        paddedLists,
        systemInfo: { os: 'Windows NT' },
        modules: [
          {
            baseAddress: 0x1000n,
            size: 0x1000,
            name: 'C:\\app\\a.exe',
            checksum: 9,
            timestamp: 0x5f5f2c88,
            pdb: { guid: '5a9832e5287241c1838ed98914e9b7ff', age: 0x1c, fileName: 'c:\\build\\a.pdb' },
          },
          {
            baseAddress: 0x3000n,
            size: 0x1000,
            name: 'b.dll',
            codeView: { kind: 'pdb20', offset: 0, timestamp: 0x3d1fce5c, age: 2, fileName: 'b.pdb' },
          },
          { baseAddress: 0x5000n, size: 0x1000, name: '/lib/c.so', buildId: '000102030405060708090a0b0c0d0e0f10111213' },
          {
            baseAddress: 0x7000n,
            size: 0x1000,
            name: 'd',
            codeView: { kind: 'unknown', signature: undefined, bytes: new Uint8Array([1, 2]) },
          },
          { baseAddress: 0x9000n, size: 0x1000, name: 'e.sys', timestamp: 1 },
        ],
      })
      expect(dump.problems).toEqual([])
      expect(
        dump.modules.map(({ name, codeView, codeId, debugId, debugFile }) => ({ name, kind: codeView?.kind, codeId, debugId, debugFile })),
      ).toEqual([
        {
          name: 'C:\\app\\a.exe',
          kind: 'pdb70',
          codeId: '5f5f2c881000',
          debugId: '5A9832E5287241C1838ED98914E9B7FF1c',
          debugFile: 'a.pdb',
        },
        { name: 'b.dll', kind: 'pdb20', codeId: '000000001000', debugId: '3D1FCE5C2', debugFile: 'b.pdb' },
        {
          name: '/lib/c.so',
          kind: 'elf',
          codeId: '000102030405060708090a0b0c0d0e0f10111213',
          debugId: littleEndian ? '0302010005040706' + '08090A0B0C0D0E0F0' : '000102030405060708090A0B0C0D0E0F0',
          debugFile: 'c.so',
        },
        { name: 'd', kind: 'unknown', codeId: undefined, debugId: undefined, debugFile: undefined },
        { name: 'e.sys', kind: undefined, codeId: '000000011000', debugId: undefined, debugFile: undefined },
      ])
    })

    it('gives unloaded modules', () => {
      const module = { baseAddress: 0x7ffe_0000_0000n, size: 0x2d000, checksum: 3, timestamp: 0x45d35f6c, name: 'gone.dll' }
      expect(read({ littleEndian, unloadedModules: [module] }).unloadedModules).toEqual([{ ...module, codeId: '45d35f6c2d000' }])
    })

    it.each(['memory', 'memory64'] as const)('gives the bytes of %s by address', (list) => {
      const dump = read({
        littleEndian,
        [list]: [
          { startAddress: 0x2000n, bytes: new Uint8Array([5, 6, 7, 8]) },
          { startAddress: 0x1000n, bytes: new Uint8Array([1, 2, 3, 4]) },
        ],
      })
      expect(dump.memory.ranges.map(({ startAddress, size }) => [startAddress, size])).toEqual([
        [0x1000n, 4],
        [0x2000n, 4],
      ])
      expect(dump.memory.read(0x1001n, 3)).toEqual(new Uint8Array([2, 3, 4]))
      expect(dump.memory.read(0x2000n, 4)).toEqual(new Uint8Array([5, 6, 7, 8]))
    })

    it('gives the regions of MemoryInfoList', () => {
      const region = {
        baseAddress: 0x7ff0_0000_0000n,
        allocationBase: 0x7fe0_0000_0000n,
        allocationProtection: 0x80,
        size: 0x1_0000_0000n,
        state: 0x1000,
        protection: 0x20,
        type: 0x1000000,
      }
      expect(read({ littleEndian, memoryInfo: [region, region] }).memoryInfo).toEqual([region, region])
    })

    it.each(['amd64', 'x86'] as const)('gives the Linux streams of %s', (cpu) => {
      const dump = read({ littleEndian, systemInfo: { cpu }, linux })
      expect(dump.linux).toEqual(linux)
      expect(dump.problems).toEqual([])
    })

    it('gives what Breakpad and an assertion left', () => {
      const assertion = { expression: 'p != nullptr', function: 'Foo::bar', file: 'foo.cc', line: 42, type: 1 }
      const dump = read({ littleEndian, breakpadInfo: { dumpThreadId: 5, requestingThreadId: 6 }, assertion })
      expect(dump.breakpadInfo).toEqual({ dumpThreadId: 5, requestingThreadId: 6 })
      expect(dump.assertion).toEqual(assertion)
      expect(read({ littleEndian, breakpadInfo: { requestingThreadId: 6 } }).breakpadInfo).toEqual({ requestingThreadId: 6 })
    })

    it('gives CrashpadInfo with annotations of all three kinds', () => {
      expect(read({ littleEndian, crashpad }).crashpad).toEqual(crashpad)
    })

    it('gives the CrashpadInfo of a writer that knows no address mask', () => {
      const { addressMask, ...older } = crashpad
      expect(addressMask).toBeDefined()
      expect(read({ littleEndian, crashpad: older }).crashpad).toEqual(older)
    })

    it('lists streams that it does not know', () => {
      const dump = read({ littleEndian, systemInfo: null, extraStreams: [{ type: 0xabcd, bytes: new Uint8Array(9) }] })
      expect(dump.streams).toMatchObject([{ type: 0xabcd, name: 'unknown', size: 9 }])
      expect(dump.problems.map(({ code }) => code)).toEqual(['missing_stream'])
    })

    it('reads a stream whose number came twice from its last entry', () => {
      const bytes = new Uint8Array(12)
      const dump = read({ littleEndian, breakpadInfo: { dumpThreadId: 5 }, extraStreams: [{ type: streamType.breakpadInfo, bytes }] })
      expect(dump.breakpadInfo).toEqual({})
      expect(dump.problems).toMatchObject([{ code: 'duplicate_stream', stream: 'BreakpadInfo' }])
    })
  })
}
