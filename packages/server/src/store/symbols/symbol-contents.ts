import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** What a symbol file can tell. A stripped program's has only `unwind`, one of a separate debug file may lack just that. */
export const SymbolContents = Type.Object({
  functions: Type.Boolean(),
  publics: Type.Boolean(),
  unwind: Type.Boolean(),
  /** Hash of everything before the first STACK record: equal for two files that differ in those only. */
  body: Type.Optional(Type.String()),
  /** Hashes of the files that were put together to this one. */
  madeOf: Type.Optional(Type.Array(Type.String())),
})
export type SymbolContents = Static<typeof SymbolContents>

export interface DescribedSymbols {
  readonly sha256: string
  readonly size: number
  readonly contents: SymbolContents
}

const words = { functions: '\nFUNC ', publics: '\nPUBLIC ', unwind: '\nSTACK ' } as const
const overlap = 8

/** Hash, size and contents in one reading. */
export async function describeSymbolFile(path: string): Promise<DescribedSymbols> {
  const hash = createHash('sha256')
  const bodyHash = createHash('sha256')
  const contents = { functions: false, publics: false, unwind: false }
  let size = 0
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes: Buffer = Buffer.from(chunk)
    hash.update(bytes)
    size += bytes.length
    if (!contents.unwind) {
      const end = bytes.indexOf(words.unwind, 0, 'latin1')
      bodyHash.update(end < 0 ? bytes : bytes.subarray(0, end + 1))
    }
    for (const [name, word] of Object.entries(words) as [keyof typeof words, string][])
      contents[name] ||= bytes.includes(word, 0, 'latin1') || Buffer.concat([tail, bytes.subarray(0, overlap)]).includes(word, 0, 'latin1')
    tail = bytes.subarray(-overlap)
  }
  return { sha256: hash.digest('hex'), size, contents: { ...contents, body: bodyHash.digest('hex') } }
}

export function readContents(column: string | null): SymbolContents | undefined {
  if (column === null) return undefined
  const value: unknown = JSON.parse(column)
  return Value.Check(SymbolContents, value) ? value : undefined
}
