import { contextBytes } from '../context/write-context.ts'
import { maxExceptionParameters } from '../limits.ts'
import type { Location } from '../location.ts'
import type { ContextContents, ExceptionContents, ThreadContents } from './dump-contents.ts'
import type { DumpWriter } from './dump-writer.ts'

/** `isExtended`: as ThreadExList, whose entries have room for a second stack. */
export function writeThreadList(
  out: DumpWriter,
  threads: readonly ThreadContents[],
  architecture: number | undefined,
  isExtended: boolean,
): Uint8Array {
  const placed = threads.map((thread) => ({
    thread,
    stack: thread.stack && out.append(thread.stack.bytes),
    context: writeContext(out, thread.context, architecture),
    backingStore: thread.backingStore && out.append(thread.backingStore.bytes),
  }))
  return out.countedList(placed, isExtended ? 64 : 48, (record, offset, { thread, stack, context, backingStore }) => {
    record.u32(offset, thread.id)
    record.u32(offset + 4, thread.suspendCount ?? 0)
    record.u32(offset + 8, thread.priorityClass ?? 0)
    record.u32(offset + 12, thread.priority ?? 0)
    record.u64(offset + 16, thread.tebAddress ?? 0n)
    record.u64(offset + 24, thread.stack?.startAddress ?? 0n)
    out.location(record, offset + 32, stack)
    out.location(record, offset + 40, context)
    if (!isExtended) return
    record.u64(offset + 48, thread.backingStore?.startAddress ?? 0n)
    out.location(record, offset + 56, backingStore)
  })
}

/** Only the threads that have a name. */
export function writeThreadNames(out: DumpWriter, threads: readonly ThreadContents[]): Uint8Array {
  const named = threads.flatMap(({ id, name }) => (name === undefined ? [] : [{ id, rva: out.utf16String(name) }]))
  return out.countedList(named, 12, (record, offset, { id, rva }) => {
    record.u32(offset, id)
    record.u64(offset + 4, BigInt(rva))
  })
}

export function writeException(out: DumpWriter, exception: ExceptionContents, architecture: number | undefined): Uint8Array {
  const parameters = exception.parameters ?? []
  if (parameters.length > maxExceptionParameters) throw new RangeError(`An exception has at most ${maxExceptionParameters} parameters.`)
  const record = out.record(168)
  record.u32(0, exception.threadId)
  record.u32(8, exception.code)
  record.u32(12, exception.flags ?? 0)
  record.u64(16, exception.nestedRecordAddress ?? 0n)
  record.u64(24, exception.address ?? 0n)
  record.u32(32, parameters.length)
  parameters.forEach((parameter, i) => {
    record.u64(40 + 8 * i, parameter)
  })
  out.location(record, 160, writeContext(out, exception.context, architecture))
  return record.bytes
}

function writeContext(out: DumpWriter, context: ContextContents | undefined, architecture: number | undefined): Location | undefined {
  return context && out.append(contextBytes(out, context, architecture))
}
