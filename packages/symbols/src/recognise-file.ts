import type { ByteSource } from './byte-source.ts'
import { type DebugFileFormat, recogniseFormat } from './dump/recognise-format.ts'

/** What can be uploaded as symbols. */
export type SymbolFileKind = DebugFileFormat | 'sym' | 'source-map'

/** A source map names its version before anything long. */
const headBytes = 4096
const byteOrderMark = [0xef, 0xbb, 0xbf]

/** By its first bytes, whatever its name; undefined for all other files. */
export function recogniseFile(source: ByteSource): SymbolFileKind | undefined {
  const format = recogniseFormat(source)
  if (format !== undefined) return format
  const head = source.read(0, headBytes)
  const start = byteOrderMark.every((byte, index) => head[index] === byte) ? byteOrderMark.length : 0
  const text = new TextDecoder().decode(head.subarray(start))
  if (/^MODULE \S/.test(text)) return 'sym'
  return isSourceMap(text) ? 'source-map' : undefined
}

/** JSON of version 3 with something of a map in it, perhaps behind the line `)]}'` that keeps browsers from running it. */
function isSourceMap(text: string): boolean {
  const json = text.startsWith(")]}'") ? text.slice(text.indexOf('\n') + 1) : text
  return /^\s*\{/.test(json) && /"version"\s*:\s*3\b/.test(json) && /"(?:mappings|sections|sources|sourceRoot|file)"\s*:/.test(json)
}
