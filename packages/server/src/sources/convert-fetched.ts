/** Debug files of servers become symbol files as uploaded ones do, in a child process. */
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ApiProblem } from '../api/api-error.ts'
import { SymbolConverter } from '../symbols-in/symbol-converter.ts'
import type { DebugFiles } from './ask-source.ts'
import { SourceProblem } from './source-problem.ts'
import type { UnpackCabinet } from './unpack-file.ts'

export interface FetchedConverter {
  /** Throws a `SourceProblem`. */
  convert(files: DebugFiles, outputPath: string): Promise<void>
  /** Of a cabinet. Throws a `SourceProblem`. */
  unpack: UnpackCabinet
  close(): Promise<void>
}

/** `tmpFolder` holds what was fetched. */
export function fetchedConverter(tmpFolder: string): FetchedConverter {
  const converter = new SymbolConverter({ readable: [tmpFolder], tmpFolder })

  const convertOne = async (path: string, folder: string, beside: readonly string[]): Promise<string> => {
    const [first, ...others] = await converter.convert(
      { path, name: '' },
      folder,
      beside.map((each) => ({ path: each, name: each })),
    )
    for (const other of others) await rm(other.path, { force: true })
    if (first === undefined) throw new SourceProblem('unreadable', 'It sent a debug file of no module.')
    return first.path
  }

  const convert = async ({ debug, code }: DebugFiles, outputPath: string): Promise<void> => {
    const folder = dirname(outputPath)
    const made: string[] = []
    try {
      if (debug !== undefined) made.push(await convertOne(debug, folder, code === undefined ? [] : [code]))
      // The program tells how to unwind, which its debug file may not; without the program there is still something.
      if (code !== undefined) {
        const unwind = await convertOne(code, folder, []).catch((error: unknown) =>
          debug === undefined ? Promise.reject(error) : undefined,
        )
        if (unwind !== undefined) made.push(unwind)
      }
      const [functionsPath, unwindPath] = made
      if (functionsPath === undefined) return
      const path = unwindPath === undefined ? functionsPath : (await converter.merge({ functionsPath, unwindPath }, folder)).path
      await rename(path, outputPath)
    } catch (error) {
      if (error instanceof SourceProblem) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new SourceProblem(error instanceof ApiProblem ? 'unreadable' : 'failed', message, { cause: error })
    } finally {
      for (const path of made) await rm(path, { force: true })
    }
  }

  return { convert, unpack: (from, to, maxBytes) => converter.unpack(from, to, maxBytes), close: () => converter.close() }
}
