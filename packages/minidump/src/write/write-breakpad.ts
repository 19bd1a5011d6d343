import type { Assertion } from '../streams/assertion.ts'
import type { BreakpadInfo } from '../streams/breakpad-info.ts'
import type { DumpWriter } from './dump-writer.ts'

export function writeBreakpadInfo(out: DumpWriter, info: BreakpadInfo): Uint8Array {
  const record = out.record(12)
  record.u32(0, (info.dumpThreadId === undefined ? 0 : 1) | (info.requestingThreadId === undefined ? 0 : 2))
  record.u32(4, info.dumpThreadId ?? 0)
  record.u32(8, info.requestingThreadId ?? 0)
  return record.bytes
}

export function writeAssertion(out: DumpWriter, assertion: Assertion): Uint8Array {
  const record = out.record(776)
  record.fixedUtf16(0, 128, assertion.expression)
  record.fixedUtf16(256, 128, assertion.function)
  record.fixedUtf16(512, 128, assertion.file)
  record.u32(768, assertion.line)
  record.u32(772, assertion.type)
  return record.bytes
}
