import type { Minidump } from '@crashkeep/minidump'
import { formatAddress, type PointerBytes } from './address.ts'
import type { MacCrashInfo, ProcessedHandle } from './processed-crash.ts'

/** Open handles of the process; `null` when the dump has no list of them. */
export function processedHandles(dump: Minidump): ProcessedHandle[] | null {
  const { handles } = dump.windows
  if (handles === undefined) return null
  return handles.map(({ handle, typeName, objectName }) => ({
    handle: Number(handle),
    object_name: objectName ?? null,
    type_name: typeName ?? null,
  }))
}

/** What libraries of macOS left about why they ended the program. Zeros and empty texts are what nobody filled. */
export function macCrashInfo(dump: Minidump, width: PointerBytes): MacCrashInfo | null {
  const { crashInfo } = dump.mac
  if (crashInfo === undefined) return null
  const hex = (value: bigint | undefined) => (value === undefined || value === 0n ? null : formatAddress(value, width))
  const text = (value: string | undefined) => (value === undefined || value === '' ? null : value)
  return {
    num_records: crashInfo.length,
    records: crashInfo.map((record) => ({
      abort_cause: hex(record.abortCause),
      backtrace: text(record.backtrace),
      dialog_mode: hex(record.dialogMode),
      message: text(record.message),
      message2: text(record.message2),
      module: text(record.modulePath),
      signature_string: text(record.signatureString),
      thread: hex(record.thread),
    })),
  }
}
