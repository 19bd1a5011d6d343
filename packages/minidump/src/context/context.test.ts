import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import type { Minidump } from '../minidump.ts'
import { readMinidump } from '../read-minidump.ts'
import { synthDump } from '../synth/index.ts'
import type { ContextContents } from '../write/dump-contents.ts'
import { layouts } from './layouts.ts'

function dumpWith(cpuRaw: number, context: ContextContents, littleEndian: boolean): Minidump {
  return readMinidump(bytesSource(synthDump({ littleEndian, systemInfo: { cpuRaw }, threads: [{ id: 1, context }] })))
}

describe.each(layouts.map((layout) => ({ layout, name: `${layout.cpu} (${layout.size} bytes)` })))('a context of $name', ({ layout }) => {
  const architecture = layout.architectures[0] ?? -1
  const fields = [...layout.registers, ...layout.otherRegisters]
  const registers = Object.fromEntries(
    fields.map(([name, , bytes], i) => [name, (1n << BigInt(8 * (layout.lowHalvesOnly ? Math.min(bytes, 4) : bytes) - 1)) + BigInt(i)]),
  )

  it('has fields that do not overlap and lie in it', () => {
    const spans = [...fields, ['flags', layout.flagsOffset, layout.flagsBytes] as const].sort((a, b) => a[1] - b[1])
    let end = 0
    for (const [, offset, bytes] of spans) {
      expect(offset).toBeGreaterThanOrEqual(end)
      end = offset + bytes
    }
    expect(end).toBeLessThanOrEqual(layout.size)
  })

  it.each([true, false])('gives every register as it was written (little-endian: %s)', (littleEndian) => {
    const dump = dumpWith(architecture, { registers }, littleEndian)
    expect(dump.problems).toEqual([])
    const context = dump.threads?.[0]?.context
    expect(context?.cpu).toBe(layout.cpu)
    expect(Object.fromEntries([...(context?.registers ?? []), ...(context?.otherRegisters ?? [])])).toEqual(registers)
    expect(context?.instructionPointer).toBe(registers[layout.instructionPointer])
    expect(context?.stackPointer).toBe(registers[layout.stackPointer])
  })

  it('may be longer than its record', () => {
    const dump = dumpWith(architecture, { registers, flags: layout.fullFlags | 0x40, extraBytes: 2000 }, true)
    expect(dump.threads?.[0]?.context?.instructionPointer).toBe(registers[layout.instructionPointer])
  })

  it('is refused when its flags name another CPU', () => {
    const dump = dumpWith(architecture, { registers, flags: 0x7 }, true)
    expect(dump.threads?.[0]?.context).toBeUndefined()
    expect(dump.problems).toMatchObject([{ code: 'bad_context', stream: 'ThreadList' }])
  })
})

describe('a context', () => {
  it('is known by its flags where the dump has no SystemInfo', () => {
    const bytes = synthDump({ threads: [{ id: 1, context: { registers: { rip: 0x1234 } } }] })
    // The directory's first entry is SystemInfo; as type 0 it is unused.
    new DataView(bytes.buffer).setUint32(32, 0, true)
    const dump = readMinidump(bytesSource(bytes))
    expect(dump.systemInfo).toBeUndefined()
    expect(dump.threads?.[0]?.context).toMatchObject({ cpu: 'amd64', instructionPointer: 0x1234n })
  })

  it.each([true, false])('of 64-bit MIPS is known by its flags under the 32-bit architecture (little-endian: %s)', (littleEndian) => {
    const registers = { sp: 0xffff_ff00_8000_0000n, pc: 0x1_2000_0000n }
    const context = dumpWith(1, { registers, flags: 0x80006 }, littleEndian).threads?.[0]?.context
    expect(context).toMatchObject({ cpu: 'mips64', stackPointer: registers.sp, instructionPointer: registers.pc })
  })

  it.each([true, false])('of 32-bit MIPS has the low halves of sign-extended registers (little-endian: %s)', (littleEndian) => {
    const context = dumpWith(1, { registers: { sp: 0xffff_ffff_8000_0010n, pc: 0x4000_0000n } }, littleEndian).threads?.[0]?.context
    expect(context).toMatchObject({ cpu: 'mips', stackPointer: 0x8000_0010n, instructionPointer: 0x4000_0000n })
  })

  it('of arm64 may have the other one of its two layouts', () => {
    const bytes = synthDump({ systemInfo: { cpuRaw: 0x8003 }, threads: [{ id: 1, context: { registers: { pc: 0x77n } } }] })
    const rva = new DataView(bytes.buffer).getUint32(40, true)
    new DataView(bytes.buffer).setUint16(rva, 12, true)
    // The flags of the old layout do not fit the new one, whose record is longer as well.
    expect(readMinidump(bytesSource(bytes)).threads?.[0]?.context).toMatchObject({ cpu: 'arm64', instructionPointer: 0x77n })
  })

  it('of a CPU without a layout is a problem', () => {
    const bytes = synthDump({ threads: [{ id: 1, context: { registers: {} } }] })
    const rva = new DataView(bytes.buffer).getUint32(40, true)
    new DataView(bytes.buffer).setUint16(rva, 0x7777, true)
    const dump = readMinidump(bytesSource(bytes))
    expect(dump.systemInfo?.cpu).toBe('unknown')
    expect(dump.problems.map(({ code }) => code)).toEqual(['bad_context'])
  })
})
