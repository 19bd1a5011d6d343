/** Debug files of servers become symbol files in a child process, as uploaded ones do; the child is started with the first of them. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { convertLimits } from '../process/limits.ts'
import { ProcessPool } from '../process/pool.ts'
import type { ConvertOutcome } from '../process/worker-process.ts'
import type { DebugFiles } from './ask-source.ts'
import { SourceProblem } from './source-problem.ts'

export interface FetchedConverter {
  convert(files: DebugFiles, outputPath: string): Promise<void>
  close(): Promise<void>
}

/** `tmpFolder` holds what was fetched. */
export function fetchedConverter(tmpFolder: string): FetchedConverter {
  let pool: ProcessPool | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let number = 0
  const open = () => {
    pool ??= new ProcessPool({
      size: 1,
      readable: [tmpFolder],
      workFolder: join(tmpFolder, `convert-${process.pid}-${Date.now().toString(36)}`),
      limits: convertLimits,
    })
    return pool
  }
  const convertOne = async (inputPath: string, beside: readonly string[]): Promise<string> => {
    number += 1
    const outputFolder = open().resultPath(`fetched-${number}`)
    await mkdir(outputFolder)
    const outcome = await open().convert({
      kind: 'convert',
      inputPath,
      fileName: '',
      outputFolder,
      beside: beside.map((path) => ({ path, name: path })),
    })
    if (outcome.kind !== 'converted') throw problemOf(outcome)
    return join(outputFolder, '0')
  }
  const convert = async ({ debug, code }: DebugFiles, outputPath: string): Promise<void> => {
    const made: string[] = []
    try {
      if (debug !== undefined) made.push(await convertOne(debug, code === undefined ? [] : [code]))
      // The program tells how to unwind, which its debug file may not; without the program there is still something.
      if (code !== undefined) {
        const unwind = await convertOne(code, []).catch((error: unknown) => (debug === undefined ? Promise.reject(error) : undefined))
        if (unwind !== undefined) made.push(unwind)
      }
      const [functionsPath, unwindPath] = made
      if (functionsPath === undefined) return
      if (unwindPath === undefined) return await rename(functionsPath, outputPath)
      const merged = open().resultPath(`${outputPath.slice(-40).replaceAll(/[^\w-]/g, '')}.merged`)
      const outcome = await open().convert({ kind: 'merge', functionsPath, unwindPath, outputPath: merged })
      if (outcome.kind !== 'converted') throw problemOf(outcome)
      await rename(merged, outputPath)
    } finally {
      for (const path of made) await rm(join(path, '..'), { recursive: true, force: true })
    }
  }
  return {
    // One after the other: each may take gigabytes.
    convert(files, outputPath) {
      const done = turn.then(() => convert(files, outputPath))
      turn = done.catch(() => undefined)
      return done
    },
    async close() {
      await pool?.close()
      await turn
    },
  }
}

function problemOf(outcome: Exclude<ConvertOutcome, { kind: 'converted' }>): SourceProblem {
  return new SourceProblem(outcome.kind === 'died' && outcome.code === 'processor_stopped' ? 'failed' : 'unreadable', outcome.message)
}
