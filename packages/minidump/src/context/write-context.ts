import type { ContextContents } from '../write/dump-contents.ts'
import type { DumpWriter } from '../write/dump-writer.ts'
import { layoutsFor } from './layouts.ts'

/** A context record for a processor architecture. Throws a RangeError for one that has no layout and for an unknown register. */
export function contextBytes(out: DumpWriter, context: ContextContents, architecture: number | undefined): Uint8Array {
  const layout = architecture === undefined ? undefined : layoutsFor(architecture)[0]
  if (layout === undefined) throw new RangeError(`No layout is known for the registers of processor architecture ${architecture}.`)
  if (context.bytes !== undefined) return context.bytes
  const record = out.record(layout.size + (context.extraBytes ?? 0))
  const flags = context.flags ?? layout.fullFlags
  if (layout.flagsBytes === 8) record.u64(layout.flagsOffset, BigInt(flags))
  else record.u32(layout.flagsOffset, flags)
  const fields = new Map([...layout.registers, ...layout.otherRegisters].map((field) => [field[0], field]))
  for (const [name, value] of Object.entries(context.registers)) {
    const field = fields.get(name)
    if (field === undefined) throw new RangeError(`${layout.cpu} has no register ${name}.`)
    const [, offset, bytes] = field
    if (bytes === 8) record.u64(offset, BigInt(value))
    else if (bytes === 4) record.u32(offset, Number(value))
    else record.u16(offset, Number(value))
  }
  return record.bytes
}
