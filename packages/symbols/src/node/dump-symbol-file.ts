import { type DumpOptions, type DumpResult, dumpSymbols } from '../dump/index.ts'
import { decompressSection } from './decompress-section.ts'
import { companionFinder } from './dump-companions.ts'
import { fileSource } from './file-source.ts'

export interface DumpFileOptions extends DumpOptions {
  /** Where separate debug files lie; /usr/lib/debug unless given. */
  readonly debugFolders?: readonly string[]
}

/** Dumps a file and what belongs to it where tools of the same system look for it. See `dumpSymbols`. */
export function dumpSymbolFile(path: string, sink: (chunk: Uint8Array) => void, options: DumpFileOptions = {}): DumpResult {
  const source = fileSource(path)
  const companions = companionFinder(path, options.debugFolders)
  try {
    return dumpSymbols(source, sink, { fileName: path, companions: companions.find, decompress: decompressSection, ...options })
  } finally {
    companions.close()
    source.close()
  }
}
