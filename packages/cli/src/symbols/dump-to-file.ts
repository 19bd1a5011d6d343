import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Companion, type DumpOptions, type DumpResult, dumpSymbols, recogniseModules } from '@crashkeep/symbols/dump'
import { companionFinder, decompressSection, type FileSource, fileSource, framesThread, nodeDemangler } from '@crashkeep/symbols/node'
import { companionPaths } from './find-companion.ts'
import { withInfoLines } from './info-lines.ts'

/** What a thread is told: plain values only. */
export interface DumpTask {
  readonly path: string
  /** Files of the same build that are asked before the places around `path`. */
  readonly others: readonly string[]
  readonly debugFile: string | undefined
  /** Of the build; companions must have it, too. */
  readonly debugId: string | undefined
  readonly arch: string | undefined
  readonly inlines: boolean
  /** Lines `INFO …` behind those of the dumper. */
  readonly info: readonly string[]
  /** Where the symbols go; `undefined` for standard output. */
  readonly outputPath: string | undefined
}

export interface DumpedToFile extends DumpResult {
  readonly hasUnwindRules: boolean
}

/**
 * Dumps one module. The output has its name only when it is whole. Throws SymbolError for what is no debug file. With `mayShare` a thread may take a part of
 * the work: no other module is dumped meanwhile.
 */
export function dumpToFile(task: DumpTask, mayShare = false): DumpedToFile {
  if (task.outputPath === undefined) return dump(task, 1, mayShare)
  mkdirSync(dirname(task.outputPath), { recursive: true })
  const temporary = `${task.outputPath}.${process.pid}.part`
  const file = openSync(temporary, 'w')
  try {
    const result = dump(task, file, mayShare)
    renameSync(temporary, task.outputPath)
    return result
  } finally {
    closeSync(file)
    rmSync(temporary, { force: true })
  }
}

function dump(task: DumpTask, output: number, mayShare: boolean): DumpedToFile {
  const opened: FileSource[] = []
  const open = (path: string): FileSource => {
    const source = fileSource(path)
    opened.push(source)
    return source
  }
  let last: Uint8Array = new Uint8Array(0)
  const write = (chunk: Uint8Array): void => {
    last = chunk
    writeWhole(output, chunk)
  }
  const finder = companionFinder(task.path)
  const source = open(task.path)
  const frames = mayShare ? framesThread(source) : undefined
  const options: DumpOptions = {
    fileName: task.path,
    ...(task.debugFile !== undefined && { debugFile: task.debugFile }),
    ...(task.arch !== undefined && { arch: task.arch }),
    inlines: task.inlines,
    lendsChunks: true,
    demangle: nodeDemangler(),
    decompress: decompressSection,
    ...(frames !== undefined && { framesApart: frames.begin }),
    companions: (wanted) => findHalf(wanted, task, open) ?? finder.find(wanted),
  }
  try {
    const result = dumpSymbols(source, withInfoLines(write, task.info), options)
    return { ...result, hasUnwindRules: endsWithRules(last) }
  } finally {
    frames?.close()
    finder.close()
    for (const source of opened) source.close()
  }
}

/** The first file of the same build, among those that were found with it and where the other half usually lies. */
function findHalf(wanted: Companion, task: DumpTask, open: (path: string) => FileSource): FileSource | undefined {
  if (wanted.kind === 'dwz' || wanted.kind === 'dwo' || wanted.kind === 'dwp') return undefined
  for (const path of [...task.others, ...companionPaths(wanted, task.path)]) {
    const source = open(path)
    if (recogniseModules(source, path).some(({ debugId }) => debugId === task.debugId)) return source
  }
  return undefined
}

/** STACK records come last. */
function endsWithRules(chunk: Uint8Array): boolean {
  const start = chunk.lastIndexOf(0x0a, chunk.length - 2) + 1
  return new TextDecoder('latin1').decode(chunk.subarray(start, start + 6)) === 'STACK '
}

/** A pipe whose reader is slow takes no more for a moment. */
function writeWhole(output: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) {
    try {
      at += writeSync(output, chunk, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      // Who reads may stop before the end, as `head` does.
      if (error.code === 'EPIPE') process.exit(0)
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, pauseMs)
    }
  }
}

const pauseMs = 2
const pause = new Int32Array(new SharedArrayBuffer(4))
