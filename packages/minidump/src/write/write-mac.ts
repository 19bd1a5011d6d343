import { streamType } from '../stream-types.ts'
import { type MacCrashRecord, type MacStreams, macCrashInfoSize } from '../streams/mac.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { StreamWriter } from './write-minidump.ts'

export function macStreamWriters(mac: MacStreams): StreamWriter[] {
  const writers: StreamWriter[] = []
  const { crashInfo, bootArgs } = mac
  if (crashInfo !== undefined) writers.push([streamType.mozMacosCrashInfo, (out) => writeCrashInfo(out, crashInfo)])
  if (bootArgs !== undefined) writers.push([streamType.mozMacosBootargs, (out) => writeBootArgs(out, bootArgs)])
  return writers
}

/** Where the strings of a record begin; records of one dump share it. */
const stringsOffset = 40

function writeCrashInfo(out: DumpWriter, records: readonly MacCrashRecord[]): Uint8Array {
  const placed = records.map((record) => out.append(recordBytes(out, record)))
  const header = out.record(macCrashInfoSize)
  header.u32(0, streamType.mozMacosCrashInfo)
  header.u32(4, records.length)
  header.u32(8, stringsOffset)
  placed.forEach((at, i) => {
    out.location(header, 12 + 8 * i, at)
  })
  return header.bytes
}

function recordBytes(out: DumpWriter, record: MacCrashRecord): Uint8Array {
  const strings = [record.modulePath, record.message, record.signatureString, record.backtrace, record.message2]
  const text = new TextEncoder().encode(strings.map((string) => `${string ?? ''}\0`).join(''))
  const bytes = out.record(stringsOffset + text.length)
  bytes.u64(0, BigInt(streamType.mozMacosCrashInfo))
  bytes.u64(8, record.version)
  bytes.u64(16, record.thread ?? 0n)
  bytes.u64(24, record.dialogMode ?? 0n)
  bytes.u64(32, record.abortCause ?? 0n)
  bytes.bytes.set(text, stringsOffset)
  return bytes.bytes
}

function writeBootArgs(out: DumpWriter, bootArgs: string): Uint8Array {
  const rva = out.utf16String(bootArgs)
  const record = out.record(12)
  record.u32(0, streamType.mozMacosBootargs)
  record.u64(4, BigInt(rva))
  return record.bytes
}
