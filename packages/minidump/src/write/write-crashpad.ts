import type { Location } from '../location.ts'
import type { AnnotationObject, CrashpadInfo, CrashpadModule } from '../streams/crashpad-info.ts'
import type { DumpWriter } from './dump-writer.ts'

export function writeCrashpadInfo(out: DumpWriter, info: CrashpadInfo): Uint8Array {
  const record = out.record(info.addressMask === undefined ? 52 : 64)
  record.u32(0, info.version)
  record.guid(4, info.reportId)
  record.guid(20, info.clientId)
  out.location(record, 36, writeDictionary(out, info.annotations))
  out.location(record, 44, writeModuleLinks(out, info.modules))
  if (info.addressMask !== undefined) record.u64(56, info.addressMask)
  return record.bytes
}

function writeModuleLinks(out: DumpWriter, modules: readonly CrashpadModule[]): Location | undefined {
  if (modules.length === 0) return undefined
  const links = modules.map((module) => ({ module, at: writeModule(out, module) }))
  return out.append(
    out.countedList(links, 12, (record, offset, { module, at }) => {
      record.u32(offset, module.moduleIndex)
      out.location(record, offset + 4, at)
    }),
  )
}

function writeModule(out: DumpWriter, module: CrashpadModule): Location {
  const record = out.record(28)
  record.u32(0, 1)
  out.location(record, 4, writeStrings(out, module.listAnnotations))
  out.location(record, 12, writeDictionary(out, module.simpleAnnotations))
  out.location(record, 20, writeObjects(out, module.annotationObjects))
  return out.append(record.bytes)
}

function writeDictionary(out: DumpWriter, entries: ReadonlyMap<string, string>): Location | undefined {
  if (entries.size === 0) return undefined
  const rvas = [...entries].map(([key, value]) => [out.utf8String(key), out.utf8String(value)] as const)
  return out.append(
    out.countedList(rvas, 8, (record, offset, [key, value]) => {
      record.u32(offset, key)
      record.u32(offset + 4, value)
    }),
  )
}

function writeStrings(out: DumpWriter, texts: readonly string[]): Location | undefined {
  if (texts.length === 0) return undefined
  const rvas = texts.map((text) => out.utf8String(text))
  return out.append(
    out.countedList(rvas, 4, (record, offset, rva) => {
      record.u32(offset, rva)
    }),
  )
}

function writeObjects(out: DumpWriter, objects: readonly AnnotationObject[]): Location | undefined {
  if (objects.length === 0) return undefined
  const placed = objects.map(({ name, type, value }) => ({ name: out.utf8String(name), type, value: out.byteArray(value) }))
  return out.append(
    out.countedList(placed, 12, (record, offset, { name, type, value }) => {
      record.u32(offset, name)
      record.u16(offset + 4, type)
      record.u32(offset + 8, value)
    }),
  )
}
