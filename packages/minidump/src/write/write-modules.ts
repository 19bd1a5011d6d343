import { type CodeView, codeViewSignature } from '../code-view.ts'
import type { VersionInfo } from '../streams/module-list.ts'
import { moduleEntrySize } from '../streams/module-list.ts'
import type { UnloadedModule } from '../streams/unloaded-module-list.ts'
import type { ModuleContents } from './dump-contents.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { RecordWriter } from './record.ts'

export function writeModuleList(out: DumpWriter, modules: readonly ModuleContents[]): Uint8Array {
  const placed = modules.map((module) => ({
    module,
    name: out.utf16String(module.name),
    codeView: module.codeView && out.append(codeViewBytes(out, module.codeView)),
  }))
  return out.countedList(placed, moduleEntrySize, (record, offset, { module, name, codeView }) => {
    record.u64(offset, module.baseAddress)
    record.u32(offset + 8, module.size)
    record.u32(offset + 12, module.checksum ?? 0)
    record.u32(offset + 16, module.timestamp ?? 0)
    record.u32(offset + 20, name)
    if (module.versionInfo !== undefined) writeVersionInfo(record, offset + 24, module.versionInfo)
    out.location(record, offset + 76, codeView)
  })
}

function writeVersionInfo(record: RecordWriter, offset: number, info: VersionInfo): void {
  const words = [
    info.valid ? 0xfeef04bd : 0,
    info.valid ? 0x00010000 : 0,
    info.fileVersionHigh,
    info.fileVersionLow,
    info.productVersionHigh,
    info.productVersionLow,
    info.fileFlagsMask,
    info.fileFlags,
    info.fileOs,
    info.fileType,
    info.fileSubtype,
    info.fileDateHigh,
    info.fileDateLow,
  ]
  words.forEach((word, i) => {
    record.u32(offset + 4 * i, word)
  })
}

function codeViewBytes(out: DumpWriter, codeView: CodeView): Uint8Array {
  switch (codeView.kind) {
    case 'pdb70': {
      const record = withText(out, 24, codeView.fileName)
      record.u32(0, codeViewSignature.pdb70)
      record.guid(4, codeView.guid)
      record.u32(20, codeView.age)
      return record.bytes
    }
    case 'pdb20': {
      const record = withText(out, 16, codeView.fileName)
      record.u32(0, codeViewSignature.pdb20)
      record.u32(4, codeView.offset)
      record.u32(8, codeView.timestamp)
      record.u32(12, codeView.age)
      return record.bytes
    }
    case 'elf': {
      const record = out.record(4 + codeView.buildId.length)
      record.u32(0, codeViewSignature.elf)
      record.bytes.set(codeView.buildId, 4)
      return record.bytes
    }
    case 'unknown':
      return codeView.bytes
  }
}

function withText(out: DumpWriter, fixed: number, text: string): RecordWriter {
  const bytes = new TextEncoder().encode(text)
  const record = out.record(fixed + bytes.length + 1)
  record.bytes.set(bytes, fixed)
  return record
}

export function writeUnloadedModuleList(out: DumpWriter, modules: readonly Omit<UnloadedModule, 'codeId'>[]): Uint8Array {
  const record = out.record(12 + 24 * modules.length)
  record.u32(0, 12)
  record.u32(4, 24)
  record.u32(8, modules.length)
  modules.forEach((module, i) => {
    const at = 12 + 24 * i
    record.u64(at, module.baseAddress)
    record.u32(at + 8, module.size)
    record.u32(at + 12, module.checksum)
    record.u32(at + 16, module.timestamp)
    record.u32(at + 20, out.utf16String(module.name))
  })
  return record.bytes
}
