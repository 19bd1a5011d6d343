import { bytesSource, readMinidump } from '@crashkeep/minidump'
import { describe, expect, test } from 'vitest'
import { buildRawCapture } from '../raw-capture/build-raw-capture.ts'
import { readRawCapture } from '../raw-capture/read-raw-capture.ts'
import { captureKind, recordType } from '../raw-capture/record-types.ts'
import { dumpOfCapture } from './dump-of-capture.ts'
import type { SystemFacts } from './system-facts.ts'

/** 2023-11-14T22:13:20Z */
const died = { kind: 0, time: 1_700_000_000_000_000_000n, uptime: 1_000_000_000_000n }

const reportId = '01234567-89ab-4cde-8fed-cba987654321'
const facts: SystemFacts = {
  cpuInfo: 'processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\nstepping\t: 10\n',
  lsbRelease: 'ID=debian\n',
  processors: 4,
  release: '6.1.0-18-amd64',
  version: '#1 SMP',
  machine: 'x86_64',
  platform: 'linux',
}
const maps = [
  '00400000-00401000 r--p 00000000 08:01 1 /usr/bin/node',
  '00401000-00402000 r-xp 00001000 08:01 1 /usr/bin/node',
  '7ffff0000000-7ffff0001000 rw-p 00000000 00:00 0 [stack]',
].join('\n')

/** Words by their place in `struct user_regs_struct`. */
function registers(words: Readonly<Record<number, bigint>>): Uint8Array {
  const view = new DataView(new ArrayBuffer(216))
  for (const [index, value] of Object.entries(words)) view.setBigUint64(8 * Number(index), value, true)
  return new Uint8Array(view.buffer)
}

/** An ELF image of 0x2000 bytes with a build id: header, two program headers, a note. */
function elfImage(): Uint8Array {
  const bytes = new Uint8Array(0x200)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setBigUint64(32, 64n, true)
  view.setUint16(54, 56, true)
  view.setUint16(56, 2, true)
  segment(view, 64, 1, 0n, 0x400000n, 0x1800n)
  segment(view, 120, 4, 0x100n, 0x400100n, 0x24n)
  for (const [i, word] of [4, 20, 3, 0x00554e47].entries()) view.setUint32(0x100 + 4 * i, word, true)
  bytes.fill(0xab, 0x110, 0x124)
  return bytes
}

function segment(view: DataView, at: number, type: number, offset: bigint, address: bigint, size: bigint): void {
  view.setUint32(at, type, true)
  view.setBigUint64(at + 8, offset, true)
  view.setBigUint64(at + 16, address, true)
  view.setBigUint64(at + 40, size, true)
}

function signalInfo(signal: number, code: number, address: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(128))
  view.setInt32(0, signal, true)
  view.setInt32(8, code, true)
  view.setBigUint64(16, address, true)
  return new Uint8Array(view.buffer)
}

function base(): ReturnType<typeof buildRawCapture> {
  return buildRawCapture()
    .process({ ...died, pid: 70, crashedThread: 71, signal: 11 })
    .text(
      recordType.settings,
      JSON.stringify({ clientId: '0f0e0d0c-1111-4222-8333-444455556666', processAnnotations: { prod: 'Shop' }, delivery: { a: 1 } }),
    )
    .text(recordType.annotations, '{"ptype":"browser","x":"process"}')
    .memory(recordType.signalInfo, 0n, signalInfo(11, 1, 0x10n))
    .thread(71, {
      name: 'main',
      registers: registers({ 16: 0x401234n, 19: 0x7ffff0000100n, 10: 0x77n }),
      floats: new Uint8Array(512).fill(9),
    })
    .text(recordType.maps, `${maps}\n`)
    .memory(recordType.stack, 0x7ffff0000080n, new Uint8Array(0x200).fill(5), 71)
    .memory(recordType.image, 0x400000n, elfImage())
    .text(recordType.program, '/usr/bin/node')
}

function dumpOf(bytes: Uint8Array): ReturnType<typeof readMinidump> {
  const capture = readRawCapture(bytes)
  if (capture === undefined) throw new Error('That is no capture.')
  return readMinidump(bytesSource(dumpOfCapture(capture, reportId, facts)))
}

describe('dumpOfCapture', () => {
  test('a dump has system, exception, threads, stacks, modules, regions and annotations', () => {
    const dump = dumpOf(base().end())
    expect(dump.problems).toEqual([])
    expect(dump.systemInfo).toMatchObject({ cpu: 'amd64', os: 'Linux', major: 6, minor: 1, build: 0, processorLevel: 6, processorCount: 4 })
    expect(dump.systemInfo?.csdVersion).toBe('-18-amd64 #1 SMP x86_64')
    expect(dump.exception).toMatchObject({ threadId: 71, code: 11, flags: 1, address: 0x10n })
    expect(dump.exception?.context).toMatchObject({ instructionPointer: 0x401234n, stackPointer: 0x7ffff0000100n })
    expect(dump.exception?.context?.registers.get('rax')).toBe(0x77n)
    expect(dump.exception?.context?.otherRegisters.get('mxcsr')).toBe(0x09090909n)
    expect(dump.threads).toMatchObject([{ id: 71, name: 'main', stack: { startAddress: 0x7ffff0000080n } }])
    expect(dump.modules).toMatchObject([{ name: '/usr/bin/node', baseAddress: 0x400000n, size: 0x1800, codeId: 'ab'.repeat(20) }])
    expect(dump.memoryInfo.map(({ type, protection }) => [type, protection])).toEqual([
      [0x1000000, 0x02],
      [0x1000000, 0x20],
      [0x20000, 0x04],
    ])
    expect(dump.linux).toMatchObject({ lsbRelease: 'ID=debian\n', maps: `${maps}\n` })
    expect(dump.linux.environ).toBeUndefined()
    expect(dump.crashpad).toMatchObject({
      reportId,
      clientId: '0f0e0d0c-1111-4222-8333-444455556666',
      annotations: new Map([['prod', 'Shop']]),
    })
    expect(dump.crashpad?.modules).toMatchObject([
      { moduleIndex: 0, annotationObjects: [{ name: 'ptype', text: 'browser' }, { name: 'x' }] },
    ])
  })

  test('what a worker says of itself wins over what the process says', () => {
    const dump = dumpOf(base().text(recordType.annotations, '{"x":"worker"}', 71).note('electron.v8-oom.location', 'heap').end())
    const said = dump.crashpad?.modules[0]?.annotationObjects.map(({ name, text }) => [name, text])
    expect(said).toEqual([
      ['ptype', 'browser'],
      ['x', 'worker'],
      ['electron.v8-oom.location', 'heap'],
    ])
  })

  test('a capture without a signal says that somebody asked for it', () => {
    const bytes = buildRawCapture()
      .process({ ...died, pid: 70, crashedThread: 71, signal: 0, kind: captureKind.exception })
      .thread(71, { registers: registers({ 16: 0x401234n }) })
      .text(recordType.death, '{"js.name":"TypeError"}')
      .end()
    const dump = dumpOf(bytes)
    expect(dump.exception).toMatchObject({ code: 0xffffffff, address: 0x401234n })
    // No module to say it at: the process says it.
    expect(dump.crashpad?.annotations).toEqual(new Map([['js.name', 'TypeError']]))
  })

  test('ranges of memory that overlap stacks are cut, so that no byte stands twice', () => {
    const around = new Uint8Array(0x100).fill(7)
    const dump = dumpOf(base().memory(recordType.memory, 0x7ffff0000000n, around).memory(recordType.memory, 0x401200n, around).end())
    const ranges = dump.memory.ranges.map(({ startAddress, size }) => `${startAddress.toString(16)} ${Number(size).toString(16)}`)
    expect(ranges.sort()).toEqual(['401200 100', '7ffff0000000 80', '7ffff0000080 200'])
  })

  test('settings and annotations that the crash has torn cost the dump nothing else', () => {
    const dump = dumpOf(
      buildRawCapture()
        .process({ ...died, pid: 1, crashedThread: 2, signal: 6 })
        .text(recordType.settings, '{"clientId":"0f')
        .text(recordType.annotations, '[')
        .end(),
    )
    expect(dump.exception).toMatchObject({ code: 6, threadId: 2 })
    expect(dump.crashpad).toMatchObject({ clientId: '00000000-0000-0000-0000-000000000000' })
  })

  test('arm64 has its own context', () => {
    const view = new DataView(new ArrayBuffer(272))
    for (let i = 0; i < 34; i++) view.setBigUint64(8 * i, BigInt(0x100 + i), true)
    const floats = new Uint8Array(528).fill(1, 0, 512)
    const bytes = buildRawCapture(12)
      .process({ ...died, pid: 1, crashedThread: 2, signal: 11 })
      .thread(2, { registers: new Uint8Array(view.buffer), floats })
      .end()
    const { threads = [], systemInfo } = dumpOf(bytes)
    expect(systemInfo?.cpu).toBe('arm64')
    expect(threads[0]?.context).toMatchObject({ stackPointer: 0x11fn, instructionPointer: 0x120n })
    expect(threads[0]?.context?.registers.get('x28')).toBe(0x11cn)
    expect(threads[0]?.context?.otherRegisters.get('cpsr')).toBe(0x121n)
  })
})
