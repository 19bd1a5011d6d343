import type { ByteSource } from '../../byte-source.ts'
import { Damage, type Problems } from '../problem.ts'
import { type FatPart, fatParts } from './fat-parts.ts'
import { type MachFile, readMachFile } from './mach-file.ts'

/** The program for one processor. Without `arch` the first; a thin file is taken whatever is wished for, as Mozilla's dump_syms does. */
export function choosePart(source: ByteSource, arch: string | undefined, problems: Problems): MachFile {
  const parts = fatParts(source, problems)
  const [first] = parts
  if (first === undefined) throw new Damage('macho_header', 'The fat file holds no program.')
  const names = parts.map(({ cpu }) => cpu).join(', ')
  const chosen = arch === undefined || parts.length === 1 ? first : matching(parts, arch)
  if (chosen === undefined) throw new Damage('macho_arch', `The fat file holds programs for ${names}, none for ${arch}.`)
  if (arch === undefined && parts.length > 1)
    problems.add('macho_fat', `The fat file holds programs for ${names}; that for ${first.cpu} was taken.`)
  return readMachFile(chosen.source, problems)
}

/** The same program in a companion, or undefined with a problem where it is another build. */
export function samePart(source: ByteSource, wanted: MachFile, what: string, problems: Problems): MachFile | undefined {
  for (const part of fatParts(source, problems)) {
    const file = problems.guard(() => readMachFile(part.source, problems))
    if (file !== undefined && file.cpu === wanted.cpu && file.uuid === wanted.uuid) return file
  }
  problems.add(
    'macho_companion',
    `The ${what} that was found is of another build: it has no program for ${wanted.cpu} with the UUID ${wanted.uuid}.`,
  )
  return undefined
}

/** `arm64` also means arm64e where there is no plain one. */
function matching(parts: readonly FatPart[], arch: string): FatPart | undefined {
  return parts.find(({ cpu }) => cpu === arch) ?? parts.find(({ cpu }) => cpu.startsWith(arch))
}
