import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/harness/cpu-time.ts'
import { bytesSource } from './byte-source.ts'
import { MinidumpError } from './errors.ts'
import { Fields } from './fields.ts'
import { maxProblems, maxTotalStringBytes } from './limits.ts'
import type { Minidump } from './minidump.ts'
import { readMinidump } from './read-minidump.ts'
import { streamType } from './stream-types.ts'
import { type SynthOptions, stack, synthDump } from './synth/index.ts'

type Bytes = Uint8Array<ArrayBuffer>

function codes(dump: Minidump): string[] {
  return dump.problems.map(({ code }) => code)
}

function failure(bytes: Uint8Array): string {
  try {
    readMinidump(bytesSource(bytes))
  } catch (error) {
    if (error instanceof MinidumpError) return error.code
    throw error
  }
  return 'none'
}

/** Writes a 32-bit number into a dump, at an offset in one of its streams. */
function patch(bytes: Bytes, type: number, offset: number, value: number): Bytes {
  const stream = readMinidump(bytesSource(bytes)).streams.find((entry) => entry.type === type)
  if (stream === undefined) throw new Error('the dump has no such stream')
  new DataView(bytes.buffer).setUint32(stream.rva + offset, value, true)
  return bytes
}

/** Changes the size that the directory gives a stream. */
function resize(bytes: Bytes, type: number, size: number): Bytes {
  const fields = new Fields(bytes, true)
  for (let at = 32; at < 32 + 12 * fields.u32(8); at += 12) {
    if (fields.u32(at) === type) new DataView(bytes.buffer).setUint32(at + 4, size, true)
  }
  return bytes
}

const twoModules: SynthOptions = {
  modules: [
    { baseAddress: 0x1000n, size: 0x1000, name: '/bin/first', buildId: '11'.repeat(20) },
    { baseAddress: 0x4000n, size: 0x1000, name: '/lib/second', buildId: '22'.repeat(20) },
  ],
}

describe('a file that is no minidump', () => {
  it.each([
    ['empty', new Uint8Array(0)],
    ['too_short', new Uint8Array(3)],
    ['too_short', synthDump().slice(0, 31)],
    ['bad_signature', new TextEncoder().encode('{"is": "a minidump"}')],
    ['bad_version', synthDump({ version: 0x1234 })],
    ['bad_directory', synthDump().slice(0, 40)],
  ])('is refused as %s', (code, bytes) => {
    expect(failure(bytes)).toBe(code)
  })
})

describe('a damaged minidump', () => {
  it('keeps the streams before the place where its directory was cut off', () => {
    const bytes = synthDump({ systemInfo: null, breakpadInfo: { dumpThreadId: 5 }, ...twoModules })
    new DataView(bytes.buffer).setUint32(8, 1_000_000, true)
    const dump = readMinidump(bytesSource(bytes.slice(0, 32 + 24 + 5)))
    expect(dump.streams).toHaveLength(2)
    expect(codes(dump)).toContain('truncated_directory')
  })

  it('keeps reading modules after a bad name', () => {
    const dump = readMinidump(bytesSource(patch(synthDump(twoModules), streamType.moduleList, 4 + 20, 0x7fffffff)))
    expect(dump.modules.map(({ name }) => name)).toEqual(['', '/lib/second'])
    expect(codes(dump)).toEqual(['bad_string'])
  })

  it('leaves out a module without size and keeps the numbers of the others', () => {
    const dump = readMinidump(bytesSource(patch(synthDump(twoModules), streamType.moduleList, 4 + 8, 0)))
    expect(dump.modules).toMatchObject([{ name: '/lib/second', entry: 1 }])
    expect(codes(dump)).toEqual(['bad_module'])
  })

  it('leaves out a module that reaches beyond the address space', () => {
    const modules = [{ baseAddress: 0xffff_ffff_ffff_f000n, size: 0x1000, name: 'x' }]
    const dump = readMinidump(bytesSource(synthDump({ modules })))
    expect(dump.modules).toEqual([])
    expect(codes(dump)).toEqual(['bad_module'])
  })

  it('keeps a module whose CodeView record is damaged, without ids', () => {
    const dump = readMinidump(bytesSource(patch(synthDump(twoModules), streamType.moduleList, 4 + 80, 0x7fffffff)))
    expect(dump.modules[0]).toMatchObject({ name: '/bin/first', codeView: undefined })
    expect(dump.modules[0]).not.toHaveProperty('debugId')
    expect(codes(dump)).toEqual(['bad_code_view'])
  })

  it('reads the whole entries of a list that says it has more', () => {
    const dump = readMinidump(bytesSource(patch(synthDump(twoModules), streamType.moduleList, 0, 0xffffffff)))
    expect(dump.modules).toHaveLength(2)
    expect(codes(dump)).toEqual(['bad_list_size', 'truncated_stream'])
  })

  it('reads the whole entries of a list that the end of the file cuts', () => {
    const bytes = synthDump(twoModules)
    const list = readMinidump(bytesSource(bytes)).streams.find(({ type }) => type === streamType.moduleList)
    const dump = readMinidump(bytesSource(bytes.slice(0, (list?.rva ?? 0) + 4 + 108 + 50)))
    expect(dump.modules).toMatchObject([{ name: '/bin/first' }])
    expect(codes(dump)).toEqual(['stream_outside_file', 'truncated_stream'])
  })

  it('reads threads when the memory of one and the registers of another are damaged', () => {
    const thread = { stack: stack(0x1000n, [1, 2]), context: { registers: { rip: 1, rsp: 0x1000 } } }
    const bytes = synthDump({
      threads: [
        { id: 1, ...thread },
        { id: 2, ...thread },
      ],
      stacksInMemoryList: false,
    })
    patch(bytes, streamType.threadList, 4 + 36, 0x7fffffff)
    patch(bytes, streamType.threadList, 4 + 48 + 40, 100)
    const dump = readMinidump(bytesSource(bytes))
    expect(dump.threads).toMatchObject([
      { id: 1, stack: undefined, context: { instructionPointer: 1n } },
      { id: 2, stack: { size: 16 }, context: undefined },
    ])
    expect(codes(dump)).toEqual(['bad_memory_range', 'bad_context'])
  })

  it('has no threads when the thread list is too short for its count, and says so', () => {
    const dump = readMinidump(bytesSource(resize(synthDump({ threads: [{ id: 1 }] }), streamType.threadList, 2)))
    expect(dump.threads).toBeUndefined()
    expect(codes(dump)).toEqual(['truncated_stream'])
  })

  it('reads fifteen parameters of an exception that says it has more', () => {
    const bytes = synthDump({ exception: { threadId: 1, code: 11, parameters: [7n] } })
    const dump = readMinidump(bytesSource(patch(bytes, streamType.exception, 32, 0xffffffff)))
    expect(dump.exception?.parameters).toHaveLength(15)
    expect(codes(dump)).toEqual(['bad_record'])
  })

  it('leaves out a list whose entries are smaller than they must be', () => {
    const module = { baseAddress: 1n, size: 1, checksum: 0, timestamp: 0, name: 'x' }
    const bytes = synthDump({ unloadedModules: [module] })
    const dump = readMinidump(bytesSource(patch(bytes, streamType.unloadedModuleList, 4, 8)))
    expect(dump.unloadedModules).toEqual([])
    expect(codes(dump)).toEqual(['bad_list_size'])
  })

  it('cuts a range of memory at the end of the file', () => {
    const memory64 = [{ startAddress: 0x1000n, bytes: new Uint8Array(100).fill(7) }]
    const bytes = synthDump({ systemInfo: null, memory64 })
    const list = readMinidump(bytesSource(bytes)).streams[0]
    new DataView(bytes.buffer).setBigUint64((list?.rva ?? 0) + 24, 1_000_000n, true)
    const dump = readMinidump(bytesSource(bytes))
    expect(dump.memory.ranges).toHaveLength(1)
    expect(dump.memory.read(0x1000n, 100)).toEqual(new Uint8Array(100).fill(7))
    expect(dump.memory.read(0x1000n, 1000)).toBeUndefined()
    expect(codes(dump)).toContain('bad_memory_range')
  })

  it('lists a bounded number of problems', () => {
    const modules = Array.from({ length: 1000 }, (_, i) => ({ baseAddress: BigInt(i), size: 0, name: '' }))
    const dump = readMinidump(bytesSource(synthDump({ modules })))
    expect(dump.problems).toHaveLength(maxProblems + 1)
    expect(dump.problems.at(-1)).toMatchObject({ code: 'more_problems', message: expect.stringContaining('800') })
  })

  it('decodes no more string bytes than its limit however often they are referred to', () => {
    const long = 'x'.repeat(30_000)
    const modules = Array.from({ length: 3000 }, (_, i) => ({ baseAddress: BigInt(i + 1) << 32n, size: 1, name: long }))
    const bytes = synthDump({ modules })
    const dump = readMinidump(bytesSource(bytes))
    const named = dump.modules.filter(({ name }) => name !== '')
    expect(named.length).toBe(Math.floor(maxTotalStringBytes / 60_000))
    expect(codes(dump)[0]).toBe('limit_reached')
  })

  it('counts a string as often as records refer to it', () => {
    const count = 3000
    const names = Array.from({ length: count }, (_, i) => ({
      baseAddress: BigInt(i + 1) << 32n,
      size: 1,
      name: i === 0 ? 'x'.repeat(30_000) : 'y',
    }))
    const bytes = synthDump({ modules: names })
    const list = readMinidump(bytesSource(bytes)).streams.find(({ type }) => type === 4)?.rva ?? 0
    const view = new DataView(bytes.buffer)
    // MINIDUMP_MODULE: 108 bytes, the place of its name at 20.
    for (let i = 1; i < count; i++) view.setUint32(list + 4 + i * 108 + 20, view.getUint32(list + 4 + 20, true), true)
    const dump = readMinidump(bytesSource(bytes))
    const characters = dump.modules.reduce((sum, { name }) => sum + name.length, 0)
    expect(characters).toBeGreaterThan(maxTotalStringBytes / 4)
    expect(characters).toBeLessThanOrEqual(maxTotalStringBytes)
    expect(codes(dump)).toContain('limit_reached')
  })

  it('reads a long run of NULs inside a text in linear time', () => {
    const cpuInfo = `${'\0'.repeat(4_000_000)}x`
    const bytes = synthDump({ linux: { cpuInfo: `${cpuInfo}\0\0` } })
    const tookMs = cpuMs(() => expect(readMinidump(bytesSource(bytes)).linux.cpuInfo?.length).toBe(cpuInfo.length))
    // Quadratic time would be hours; linear time is some milliseconds.
    expect(tookMs).toBeLessThan(5000)
  })
})
