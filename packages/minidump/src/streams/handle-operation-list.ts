import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxHandleOperations } from '../limits.ts'
import type { Location } from '../location.ts'
import { readExtendedList } from './lists.ts'

/** AVRF_HANDLE_OPERATION: what Application Verifier saw happen to a handle. */
export interface HandleOperation {
  readonly handle: bigint
  readonly processId: number
  readonly threadId: number
  /** 1 open, 2 close, 3 invalid handle used. */
  readonly operation: number
  readonly returnAddresses: readonly bigint[]
}

const stream = 'HandleOperationList'
const maxTraces = 32
const entrySize = 32 + 8 * maxTraces

export function readHandleOperationList(dump: DumpView, at: Location): HandleOperation[] {
  const list = readExtendedList(dump, at, { stream, entrySize, maximum: maxHandleOperations }, 4)
  const operations: HandleOperation[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    operations.push({
      handle: list.fields.u64(entry),
      processId: list.fields.u32(entry + 8),
      threadId: list.fields.u32(entry + 12),
      operation: list.fields.u32(entry + 16),
      returnAddresses: readTrace(list.fields, entry + 24),
    })
  }
  return operations
}

function readTrace(fields: Fields, at: number): bigint[] {
  const depth = Math.min(fields.u32(at), maxTraces)
  return Array.from({ length: depth }, (_, i) => fields.u64(at + 8 + 8 * i))
}
