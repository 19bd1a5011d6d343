import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { Problems } from '../problem.ts'
import { AddressRanges } from './address-ranges.ts'
import { compactArm64 } from './compact-arm64.ts'
import { type CompactRules, compactX86 } from './compact-x86.ts'
import { cpuTypes } from './cpu-name.ts'
import { maxUnwindInfoBytes } from './limits.ts'
import type { MachFile, MachSection } from './mach-file.ts'
import { MachReader } from './mach-reader.ts'
import { readUnwindEntries } from './unwind-entries.ts'

/** Functions begin at multiples of this; what is shorter between two of them is padding. */
const alignment = 16

/** Writes compact unwind information as STACK CFI records, for what was not written from other tables. */
export function writeCompactUnwind(file: MachFile, written: AddressRanges, writer: SymbolWriter, problems: Problems): void {
  const info = unwindInfo(file, problems)
  if (info === undefined) return
  readUnwindEntries(info, problems, (start, end, encoding) => {
    const compact = rulesOf(file, start, encoding)
    // Its record was written from `__eh_frame`, which may be damaged there.
    if (compact === 'dwarf') return
    const rules = compact ?? (encoding << 8 === 0 ? leafRules(file) : undefined)
    if (rules === undefined) return
    written.gaps(start, end, (from, to) => {
      if (to - from >= alignment || (from === start && to === end)) writer.cfiInit(from, to - from, rules)
    })
  })
}

/** Where the compact information says that the rules stand in `__eh_frame`; undefined where there is no compact information. */
export function referredToFrames(file: MachFile, problems: Problems): AddressRanges | undefined {
  const info = unwindInfo(file, problems)
  if (info === undefined) return undefined
  const ranges = new AddressRanges()
  readUnwindEntries(info, problems, (start, end, encoding) => {
    if (rulesOf(file, start, encoding) === 'dwarf') ranges.add(start, end - start)
  })
  return ranges
}

function unwindInfo(file: MachFile, problems: Problems): MachReader | undefined {
  const section = sectionNamed(file, '__unwind_info')
  if (section === undefined) return undefined
  if (section.size <= maxUnwindInfoBytes) return new MachReader(file.source.read(section.fileOffset, section.size), file.littleEndian)
  problems.add('macho_unwind_info', `__unwind_info has ${section.size} bytes and was not read.`)
  return undefined
}

/** The section with this name whose bytes are in this file. */
export function sectionNamed(file: MachFile, name: string): MachSection | undefined {
  return file.sections.find((section) => section.name === name && section.fileOffset !== 0 && section.size > 0)
}

function rulesOf(file: MachFile, start: number, encoding: number): CompactRules {
  switch (file.cpuType) {
    case cpuTypes.x86:
    case cpuTypes.x86_64:
      return compactX86(encoding, file.is64, (offset) => codeWord(file, file.textAddress + start + offset))
    case cpuTypes.arm64:
      return compactArm64(encoding)
    default:
      return undefined
  }
}

/**
 * An encoding of 0 says nothing. What has it are mostly small functions in assembly without a frame, such as the system calls in
 * libsystem_kernel.dylib; without a record a walker would take their caller's frame pointer for theirs, and lose the caller.
 */
function leafRules(file: MachFile): string | undefined {
  if (file.cpuType === cpuTypes.x86_64) return '.cfa: $rsp 8 + .ra: .cfa -8 + ^'
  return file.cpuType === cpuTypes.arm64 ? '.cfa: sp .ra: x30' : undefined
}

/** 32 bits of the code; undefined where it is encrypted or not in the file. */
function codeWord(file: MachFile, address: number): number | undefined {
  if (file.encrypted) return undefined
  const section = file.sections.find((one) => one.fileOffset !== 0 && address >= one.address && address + 4 <= one.address + one.size)
  if (section === undefined) return undefined
  const bytes = file.source.read(section.fileOffset + address - section.address, 4)
  return bytes.length === 4 ? new MachReader(bytes, file.littleEndian).u32(0) : undefined
}
