import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import type { Location } from '../location.ts'
import type { SystemInfo } from '../streams/system-info.ts'
import type { ContextLayout, RegisterField } from './context-layout.ts'
import type { CpuContext } from './cpu-context.ts'
import { layoutFor, layouts } from './layouts.ts'

/** The bits below belong to the parts of a context (control, integer, float …), those above to the CPU. */
const cpuFlagsMask = 0xffffff00

/**
 * The context at a location. SystemInfo says the CPU and the flags must agree; without SystemInfo the flags alone decide.
 * No problem is reported for an empty location: threads that could not be suspended have one.
 */
export function readContext(dump: DumpView, at: Location, system: SystemInfo | undefined, stream: string): CpuContext | undefined {
  if (at.size === 0) return undefined
  const layout = system === undefined ? layoutByFlags(dump, at) : layoutFor(system.cpuRaw)
  if (layout === undefined) {
    const cpu = system === undefined ? 'this CPU' : `processor architecture ${system.cpuRaw}`
    dump.problems.add('bad_context', `No layout is known for the registers of ${cpu}.`, stream)
    return undefined
  }
  const fields = at.size >= layout.size ? dump.fields(at.rva, layout.size) : undefined
  if (fields === undefined) {
    const message = `A context of ${at.size} bytes at ${at.rva} is not a whole ${layout.cpu} context in the file.`
    dump.problems.add('bad_context', message, stream)
    return undefined
  }
  const flags = fields.u32(lowHalf(dump, layout))
  if ((flags & layout.cpuFlag) === 0) {
    dump.problems.add('bad_context', `A context has flags 0x${flags.toString(16)}, which is not ${layout.cpu}.`, stream)
    return undefined
  }
  return contextFrom(fields, layout, flags)
}

function contextFrom(fields: Fields, layout: ContextLayout, flags: number): CpuContext {
  const registers = readRegisters(fields, layout.registers)
  return {
    cpu: layout.cpu,
    flags,
    registers,
    otherRegisters: readRegisters(fields, layout.otherRegisters),
    instructionPointer: registers.get(layout.instructionPointer) ?? 0n,
    stackPointer: registers.get(layout.stackPointer) ?? 0n,
  }
}

function readRegisters(fields: Fields, from: readonly RegisterField[]): Map<string, bigint> {
  const registers = new Map<string, bigint>()
  for (const [name, offset, bytes] of from) {
    registers.set(name, bytes === 8 ? fields.u64(offset) : BigInt(bytes === 4 ? fields.u32(offset) : fields.u16(offset)))
  }
  return registers
}

function layoutByFlags(dump: DumpView, at: Location): ContextLayout | undefined {
  return layouts.find((layout) => {
    const flags = at.size >= layout.size ? dump.fields(at.rva, layout.size)?.u32(lowHalf(dump, layout)) : undefined
    return flags !== undefined && (flags & cpuFlagsMask) >>> 0 === layout.cpuFlag
  })
}

/** Where the low 32 bits of the flags lie. */
function lowHalf(dump: DumpView, layout: ContextLayout): number {
  return layout.flagsOffset + (layout.flagsBytes === 8 && !dump.littleEndian ? 4 : 0)
}
