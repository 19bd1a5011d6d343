import type { ByteSource } from '../../byte-source.ts'
import type { Problems } from '../problem.ts'
import { partOf } from '../window.ts'
import { cpuName } from './cpu-name.ts'
import { maxFatParts } from './limits.ts'
import { MachReader } from './mach-reader.ts'

/** One processor's program in a fat file. */
export interface FatPart {
  readonly cpu: string
  readonly source: ByteSource
}

const fatMagic = 0xcafe_babe
const fatMagic64 = 0xcafe_babf

/** Java classes begin with the same four bytes; their version number, 45 or more, stands where the count of parts is here. */
function isFat(reader: MachReader): boolean {
  const magic = reader.u32(0)
  const count = reader.u32(4)
  return (magic === fatMagic || magic === fatMagic64) && count > 0 && count <= maxFatParts
}

/** The parts of a fat file; a thin one is its only part. Headers of fat files are big-endian on all processors. */
export function fatParts(source: ByteSource, problems: Problems): FatPart[] {
  const head = new MachReader(source.read(0, 8 + maxFatParts * 32), false)
  if (!isFat(head)) return [{ cpu: cpuOfThin(source), source }]
  const wide = head.u32(0) === fatMagic64
  const entrySize = wide ? 32 : 20
  const parts: FatPart[] = []
  for (let index = 0; index < head.u32(4); index++) {
    const at = 8 + index * entrySize
    const offset = wide ? head.u64(at + 8) : head.u32(at + 8)
    const size = wide ? head.u64(at + 16) : head.u32(at + 12)
    const cpu = cpuName(head.u32(at), head.u32(at + 4))
    if (offset + size > source.size) problems.add('macho_truncated', `The part for ${cpu} of the fat file ends behind the end of the file.`)
    if (offset < source.size && size > 0) parts.push({ cpu, source: partOf(source, offset, size) })
  }
  return parts
}

function cpuOfThin(source: ByteSource): string {
  const bytes = source.read(0, 12)
  const reader = new MachReader(bytes, bytes[0] !== 0xfe)
  return cpuName(reader.u32(4), reader.u32(8))
}
