import { type ElfFile, sectionAlloc, sectionExecutable } from './elf-file.ts'

/** Pairs of start and end of what can be run. */
export function codeRanges(file: ElfFile): number[] {
  const wanted = sectionAlloc | sectionExecutable
  const sections = file.sections.filter(({ flags }) => (flags & wanted) === wanted)
  if (sections.length > 0) return sections.flatMap(({ address, size }) => [address, address + size])
  const segments = file.segments.filter(({ type, flags }) => type === 1 && (flags & 1) !== 0)
  return segments.flatMap(({ address, memorySize }) => [address, address + memorySize])
}
