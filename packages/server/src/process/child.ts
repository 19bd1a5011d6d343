/**
 * The process that reads hostile bytes: started by `pool.ts`, one report at a time, killed by the parent when it takes too much.
 * It imports the readers and nothing of the server; see `sandbox.ts` for what it cannot do.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { MinidumpError } from '@crashkeep/minidump'
import { StackwalkError } from '@crashkeep/stackwalk'
import { SymbolError } from '@crashkeep/symbols'
import { fileSource, openIndexedSymbols } from '@crashkeep/symbols/node'
import { SourceProblem } from '../sources/source-problem.ts'
import { analyseBrowser } from './analyse-browser.ts'
import { analyseError } from './analyse-error.ts'
import { analyseMinidump } from './analyse-minidump.ts'
import type { Analysis } from './analysis.ts'
import { cut } from './bounded.ts'
import { processLimits } from './limits.ts'
import type { FromChild, IndexTask, ModuleAsked, ReportTask, Task, ToChild } from './messages.ts'
import { formatProcessed } from './processed-header.ts'
import { UnreadableReport } from './unreadable-report.ts'

let answerSymbols: ((paths: readonly (string | null)[]) => void) | undefined

function say(message: FromChild): void {
  process.send?.(message)
}

function findSymbols(modules: readonly ModuleAsked[]): Promise<readonly (string | null)[]> {
  if (modules.length === 0) return Promise.resolve([])
  return new Promise((resolve) => {
    answerSymbols = resolve
    say({ type: 'modules', modules })
  })
}

function analyse(task: ReportTask): Analysis | Promise<Analysis> {
  switch (task.kind) {
    case 'browser':
      return analyseBrowser(task, findSymbols)
    case 'error':
      return analyseError(task, findSymbols)
    case 'minidump':
      return analyseMinidump(task, findSymbols)
  }
}

/** Who only reads reports need not load what makes symbols. */
async function answerTo(task: Task): Promise<FromChild> {
  switch (task.kind) {
    case 'convert': {
      const { convertSymbols } = await import('./convert-symbols.ts')
      return { type: 'converted', modules: convertSymbols(task) }
    }
    case 'merge': {
      const { mergeSymbols } = await import('./merge-symbols.ts')
      mergeSymbols(task)
      return { type: 'converted', modules: [] }
    }
    case 'unpack': {
      const { unpackCabinet } = await import('../sources/unpack-cabinet.ts')
      unpackCabinet(task)
      return { type: 'converted', modules: [] }
    }
    case 'symbolicate': {
      const { symbolicate } = await import('./symbolicate.ts')
      symbolicate(task)
      return { type: 'converted', modules: [] }
    }
    case 'index': {
      writeIndex(task)
      return { type: 'converted', modules: [] }
    }
    default: {
      const analysis = await analyse(task)
      write(task.outputPath, analysis)
      return { type: 'done', summary: analysis.summary }
    }
  }
}

async function run(task: Task): Promise<void> {
  try {
    say(await answerTo(task))
  } catch (error) {
    const message = cut(error instanceof Error ? error.message : String(error), processLimits.maxProblemLength)
    if (error instanceof SourceProblem) return say({ type: 'unreadable', code: error.outcome, message })
    const ofTheInput =
      error instanceof MinidumpError || error instanceof StackwalkError || error instanceof SymbolError || error instanceof UnreadableReport
    say(ofTheInput ? { type: 'unreadable', code: error.code, message } : { type: 'error', message })
  }
}

function writeIndex({ symbolPath, outputPath }: IndexTask): void {
  const source = fileSource(symbolPath)
  try {
    openIndexedSymbols(source, outputPath)
  } finally {
    source.close()
  }
}

function write(path: string, { header, crashJson }: Analysis): void {
  if (crashJson.length > processLimits.maxProcessedBytes) {
    throw new UnreadableReport(
      'result_too_large',
      `The result has ${crashJson.length} characters; ${processLimits.maxProcessedBytes} are kept.`,
    )
  }
  const file = openSync(path, 'w', 0o600)
  try {
    for (const part of formatProcessed(header, crashJson)) writeSync(file, part)
  } finally {
    closeSync(file)
  }
}

process.on('message', (message: ToChild) => {
  if (message.type === 'task') void run(message.task)
  else answerSymbols?.(message.paths)
})
process.on('disconnect', () => process.exit())
say({ type: 'ready' })
