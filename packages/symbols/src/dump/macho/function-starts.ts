import { Doubles } from '../output/number-list.ts'
import type { Problems } from '../problem.ts'
import { maxFunctionStartBytes } from './limits.ts'
import type { MachFile } from './mach-file.ts'

/** Where functions begin, in ascending order, as the linker listed it for tools: stripping leaves it in place. */
export function readFunctionStarts(file: MachFile, problems: Problems): Doubles {
  const starts = new Doubles()
  const range = file.functionStarts
  if (range === undefined) return starts
  if (range.size > maxFunctionStartBytes) {
    problems.add('macho_function_starts', `The table of function starts has ${range.size} bytes and was not read.`)
    return starts
  }
  const bytes = file.source.read(range.offset, range.size)
  let address = file.textAddress
  let distance = 0
  let factor = 1
  for (const byte of bytes) {
    distance += (byte & 0x7f) * factor
    factor *= 128
    if (byte >= 0x80) {
      if (factor < 2 ** 53) continue
      problems.add('macho_function_starts', 'The table of function starts is damaged; what follows was not read.')
      break
    }
    // The table is filled up with zeros.
    if (distance === 0) break
    address += distance
    starts.push(address)
    distance = 0
    factor = 1
  }
  return starts
}
