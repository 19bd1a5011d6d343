import type { DumpView } from '../dump-view.ts'
import { maxFunctionTables } from '../limits.ts'
import type { Location } from '../location.ts'

/** Code that a program made at run time and registered for unwinding (RtlAddFunctionTable): where it lies. */
export interface FunctionTable {
  readonly minimumAddress: bigint
  readonly maximumAddress: bigint
  readonly baseAddress: bigint
  readonly entryCount: number
}

const stream = 'FunctionTable'
const headerSize = 24
const descriptorSize = 32

/**
 * Each table is a descriptor, the system's own record of it and its entries, each part aligned as the header says. The entries
 * themselves (RUNTIME_FUNCTION and its kin) are stepped over.
 */
export function readFunctionTables(dump: DumpView, at: Location): FunctionTable[] {
  const header = dump.record(at, headerSize, headerSize, stream)
  if (header === undefined) return []
  const [sizeOfHeader, sizeOfDescriptor, sizeOfNative, sizeOfEntry, count, padding] = [0, 4, 8, 12, 16, 20].map((offset) =>
    header.u32(offset),
  )
  if (sizeOfHeader === undefined || sizeOfDescriptor === undefined || sizeOfNative === undefined) return []
  if (sizeOfEntry === undefined || count === undefined || padding === undefined) return []
  if (sizeOfHeader < headerSize || sizeOfDescriptor < descriptorSize) {
    const message = `FunctionTable has a header of ${sizeOfHeader} and descriptors of ${sizeOfDescriptor} bytes; at least ${headerSize} and ${descriptorSize} are needed.`
    dump.problems.add('bad_list_size', message, stream)
    return []
  }
  const tables: FunctionTable[] = []
  const { size } = dump.clip(at)
  let offset = sizeOfHeader + padding
  while (tables.length < Math.min(count, maxFunctionTables)) {
    const fields = offset + descriptorSize <= size ? dump.fields(at.rva + offset, descriptorSize) : undefined
    if (fields === undefined) break
    const entryCount = fields.u32(24)
    tables.push({ minimumAddress: fields.u64(0), maximumAddress: fields.u64(8), baseAddress: fields.u64(16), entryCount })
    offset += sizeOfDescriptor + fields.u32(28) + sizeOfNative + entryCount * sizeOfEntry
  }
  if (tables.length < count) {
    dump.problems.add('truncated_stream', `FunctionTable has ${tables.length} tables where it says ${count}.`, stream)
  }
  return tables
}
