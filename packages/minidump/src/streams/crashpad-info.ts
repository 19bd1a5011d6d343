import { type DumpView, decodeUtf8 } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxAnnotationBytes, maxAnnotations, maxModules } from '../limits.ts'
import type { Location } from '../location.ts'
import { type List, readCountedList, readLocation } from './lists.ts'

export interface AnnotationObject {
  readonly name: string
  /** 1 is a string; from 0x8000 the meaning is the writer's. */
  readonly type: number
  readonly value: Uint8Array
  /** The value as text, for strings. */
  readonly text?: string
}

export interface CrashpadModule {
  /** Index among the entries of the module list as the dump has it: compare with `Module.entry` and `ModulePiece.entry`. */
  readonly moduleIndex: number
  readonly listAnnotations: readonly string[]
  readonly simpleAnnotations: ReadonlyMap<string, string>
  readonly annotationObjects: readonly AnnotationObject[]
}

export interface CrashpadInfo {
  readonly version: number
  /** Lower-case UUID with hyphens; all zeros when the writer had none. */
  readonly reportId: string
  readonly clientId: string
  /** The process's own annotations, those of `--annotation` and of the crashed program. */
  readonly annotations: ReadonlyMap<string, string>
  readonly modules: readonly CrashpadModule[]
  /** arm64: the bits of a pointer that are not an address (PAC, tags). Newer writers only. */
  readonly addressMask?: bigint
}

const stream = 'CrashpadInfo'
const recordSize = 52
/** With the reserved word and the address mask that newer writers add. */
const recordSizeWithMask = 64
const stringType = 1

export function readCrashpadInfo(dump: DumpView, at: Location): CrashpadInfo | undefined {
  const fields = dump.record(at, recordSize, recordSizeWithMask, stream)
  if (fields === undefined) return undefined
  const reader = new AnnotationReader(dump)
  return {
    version: fields.u32(0),
    reportId: uuid(fields, 4),
    clientId: uuid(fields, 20),
    annotations: reader.dictionary(readLocation(fields, 36)),
    modules: readModules(dump, reader, readLocation(fields, 44)),
    ...(fields.length >= recordSizeWithMask && { addressMask: fields.u64(56) }),
  }
}

export function uuid(fields: Fields, offset: number): string {
  return fields.guid(offset).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function readModules(dump: DumpView, reader: AnnotationReader, at: Location): CrashpadModule[] {
  const list = at.size === 0 ? undefined : readCountedList(dump, at, { stream, entrySize: 12, maximum: maxModules })
  const modules: CrashpadModule[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const fields = dump.record(readLocation(list.fields, list.at(i) + 4), 28, 28, stream)
    if (fields === undefined) continue
    modules.push({
      moduleIndex: list.fields.u32(list.at(i)),
      listAnnotations: reader.strings(readLocation(fields, 4)),
      simpleAnnotations: reader.dictionary(readLocation(fields, 12)),
      annotationObjects: reader.objects(readLocation(fields, 20)),
    })
  }
  return modules
}

/** Reads annotations of every form and counts them all against one limit. */
class AnnotationReader {
  readonly #dump: DumpView
  #left = maxAnnotations

  constructor(dump: DumpView) {
    this.#dump = dump
  }

  dictionary(at: Location): Map<string, string> {
    const entries = new Map<string, string>()
    const list = this.#list(at, 8)
    for (let i = 0; list !== undefined && i < list.count; i++) {
      const key = this.#dump.utf8String(list.fields.u32(list.at(i)), stream)
      const value = this.#dump.utf8String(list.fields.u32(list.at(i) + 4), stream, maxAnnotationBytes)
      if (key !== undefined && value !== undefined) entries.set(key, value)
    }
    return entries
  }

  strings(at: Location): string[] {
    const texts: string[] = []
    const list = this.#list(at, 4)
    for (let i = 0; list !== undefined && i < list.count; i++) {
      const text = this.#dump.utf8String(list.fields.u32(list.at(i)), stream, maxAnnotationBytes)
      if (text !== undefined) texts.push(text)
    }
    return texts
  }

  objects(at: Location): AnnotationObject[] {
    const objects: AnnotationObject[] = []
    const list = this.#list(at, 12)
    for (let i = 0; list !== undefined && i < list.count; i++) {
      const name = this.#dump.utf8String(list.fields.u32(list.at(i)), stream)
      const type = list.fields.u16(list.at(i) + 4)
      const bytes = this.#dump.byteArray(list.fields.u32(list.at(i) + 8), stream, maxAnnotationBytes)
      if (name === undefined || bytes === undefined) continue
      const value = bytes.slice()
      objects.push({ name, type, value, ...(type === stringType && { text: decodeUtf8(value) }) })
    }
    return objects
  }

  #list(at: Location, entrySize: number): List | undefined {
    if (at.size === 0) return undefined
    const list = readCountedList(this.#dump, at, { stream, entrySize, maximum: this.#left })
    this.#left -= list?.count ?? 0
    return list
  }
}
