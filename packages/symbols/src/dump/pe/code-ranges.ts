import type { PeFile } from './read-pe.ts'

const codeFlags = 0x20 | 0x2000_0000

/** Pairs of start and end of what can be run, as addresses where the image wants to lie. */
export function codeRanges(pe: PeFile): number[] {
  return pe.sections
    .filter(({ characteristics }) => (characteristics & codeFlags) !== 0)
    .flatMap(({ rva, virtualSize, fileSize }) => [pe.imageBase + rva, pe.imageBase + rva + Math.max(virtualSize, fileSize)])
}
