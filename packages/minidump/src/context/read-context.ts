import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import type { Location } from '../location.ts'
import type { SystemInfo } from '../streams/system-info.ts'
import type { ContextLayout, RegisterField } from './context-layout.ts'
import type { CpuContext } from './cpu-context.ts'
import { layouts, layoutsFor } from './layouts.ts'

/** The bits below belong to the parts of a context (control, integer, float …), those above to the CPU. */
const cpuFlagsMask = 0xffffff00

/**
 * The context at a location. SystemInfo says the CPU and the flags must agree; without SystemInfo the flags alone decide.
 * No problem is reported for an empty location: threads that could not be suspended have one.
 */
export function readContext(dump: DumpView, at: Location, system: SystemInfo | undefined, stream: string): CpuContext | undefined {
  if (at.size === 0) return undefined
  const candidates = system === undefined ? layouts : layoutsFor(system.cpuRaw)
  const expected = system === undefined ? undefined : candidates[0]
  if (system !== undefined && expected === undefined) {
    dump.problems.add('bad_context', `No layout is known for the registers of processor architecture ${system.cpuRaw}.`, stream)
    return undefined
  }
  for (const layout of candidates) {
    const fields = at.size >= layout.size ? dump.fields(at.rva, layout.size) : undefined
    const flags = fields?.u32(lowHalf(dump, layout))
    if (fields === undefined || flags === undefined) continue
    if (layout === expected ? (flags & layout.cpuFlag) !== 0 : (flags & cpuFlagsMask) >>> 0 === layout.cpuFlag) {
      return contextFrom(fields, layout, flags)
    }
  }
  dump.problems.add('bad_context', whatIsWrong(dump, at, expected), stream)
  return undefined
}

function whatIsWrong(dump: DumpView, at: Location, expected: ContextLayout | undefined): string {
  if (expected === undefined) return 'No layout is known for the registers of this CPU.'
  const fields = at.size >= expected.size ? dump.fields(at.rva, expected.size) : undefined
  if (fields === undefined) return `A context of ${at.size} bytes at ${at.rva} is not a whole ${expected.cpu} context in the file.`
  return `A context has flags 0x${fields.u32(lowHalf(dump, expected)).toString(16)}, which is not ${expected.cpu}.`
}

function contextFrom(fields: Fields, layout: ContextLayout, flags: number): CpuContext {
  const registers = readRegisters(fields, layout.registers, layout.lowHalvesOnly === true)
  return {
    cpu: layout.cpu,
    flags,
    registers,
    otherRegisters: readRegisters(fields, layout.otherRegisters, layout.lowHalvesOnly === true),
    instructionPointer: registers.get(layout.instructionPointer) ?? 0n,
    stackPointer: registers.get(layout.stackPointer) ?? 0n,
  }
}

function readRegisters(fields: Fields, from: readonly RegisterField[], lowHalvesOnly: boolean): Map<string, bigint> {
  const registers = new Map<string, bigint>()
  for (const [name, offset, bytes] of from) {
    const value = bytes === 8 ? fields.u64(offset) : BigInt(bytes === 4 ? fields.u32(offset) : fields.u16(offset))
    registers.set(name, lowHalvesOnly ? BigInt.asUintN(32, value) : value)
  }
  return registers
}

/** Where the low 32 bits of the flags lie. */
function lowHalf(dump: DumpView, layout: ContextLayout): number {
  return layout.flagsOffset + (layout.flagsBytes === 8 && !dump.littleEndian ? 4 : 0)
}
