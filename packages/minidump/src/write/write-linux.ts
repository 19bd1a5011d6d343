import { streamType } from '../stream-types.ts'
import type { AuxvEntry } from '../streams/auxv.ts'
import { type DsoDebug, type DsoLayout, dsoLayout32, dsoLayout64 } from '../streams/dso-debug.ts'
import { type LinuxStreams, linuxTextStreams } from '../streams/linux.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { RecordWriter } from './record.ts'
import type { StreamWriter } from './write-minidump.ts'

export function linuxStreamWriters(linux: LinuxStreams, pointerBytes: 4 | 8): StreamWriter[] {
  const writers: StreamWriter[] = []
  for (const [key, type] of linuxTextStreams) {
    const text = linux[key]
    if (text !== undefined) writers.push([type, () => new TextEncoder().encode(text)])
  }
  const { auxv, dsoDebug } = linux
  if (auxv !== undefined) writers.push([streamType.linuxAuxv, (out) => writeAuxv(out, auxv, pointerBytes)])
  if (dsoDebug !== undefined) writers.push([streamType.linuxDsoDebug, (out) => writeDsoDebug(out, dsoDebug, pointerBytes)])
  return writers
}

/** Ends with AT_NULL. */
function writeAuxv(out: DumpWriter, entries: readonly AuxvEntry[], pointerBytes: 4 | 8): Uint8Array {
  const record = out.record((entries.length + 1) * 2 * pointerBytes)
  entries.forEach(({ key, value }, i) => {
    word(record, 2 * i * pointerBytes, key, pointerBytes)
    word(record, (2 * i + 1) * pointerBytes, value, pointerBytes)
  })
  return record.bytes
}

function writeDsoDebug(out: DumpWriter, dso: DsoDebug, pointerBytes: 4 | 8): Uint8Array {
  const layout = pointerBytes === 4 ? dsoLayout32 : dsoLayout64
  const map = out.record(dso.entries.length * layout.entrySize)
  dso.entries.forEach(({ loadAddress, name, dynamicAddress }, i) => {
    const at = i * layout.entrySize
    word(map, at, loadAddress, pointerBytes)
    map.u32(at + pointerBytes, out.utf16String(name))
    word(map, at + layout.entryDynamic, dynamicAddress, pointerBytes)
  })
  return writeHead(out, dso, out.append(map.bytes).rva, layout)
}

function writeHead(out: DumpWriter, dso: DsoDebug, mapRva: number, layout: DsoLayout): Uint8Array {
  const record = out.record(layout.size)
  record.u32(0, dso.version)
  record.u32(4, mapRva)
  record.u32(8, dso.entries.length)
  const words = [dso.brk, dso.linkerBase, dso.dynamicAddress]
  words.forEach((value, i) => {
    word(record, layout.firstWord + i * layout.pointerBytes, value, layout.pointerBytes)
  })
  return record.bytes
}

function word(record: RecordWriter, offset: number, value: bigint, pointerBytes: 4 | 8): void {
  if (pointerBytes === 8) record.u64(offset, value)
  else record.u32(offset, Number(value))
}
