import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync, zstdDecompressSync } from 'node:zlib'
import type { ByteSource } from '@crashkeep/symbols'
import { type Companion, type DumpOptions, dumpSymbols, recogniseFormat, recogniseModules } from '@crashkeep/symbols/dump'
import { type FileSource, fileSource, nodeDemangler } from '@crashkeep/symbols/node'
import { cut } from './bounded.ts'
import { processLimits } from './limits.ts'
import type { ConvertedModule, ConvertTask } from './messages.ts'

/** Writes the symbols of a debug file into the task's folder, one file for each module in it. Throws SymbolError for what is no debug file. */
export function convertSymbols(task: ConvertTask): ConvertedModule[] {
  const opened: FileSource[] = []
  const open = (path: string) => {
    const source = fileSource(path)
    opened.push(source)
    return source
  }
  try {
    const source = open(task.inputPath)
    const options: DumpOptions = {
      fileName: moduleFileName(task.fileName),
      demangle: nodeDemangler(),
      lendsChunks: true,
      decompress: (kind, bytes, size) =>
        kind === 'zlib'
          ? inflateSync(bytes, { maxOutputLength: Math.max(size, 1) })
          : zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) }),
      companions: (wanted) => companion(task, wanted, open),
    }
    return partsOf(source, task.fileName).map((arch, index) =>
      convertOne(source, join(task.outputFolder, String(index)), arch === undefined ? options : { ...options, arch }),
    )
  } finally {
    for (const source of opened) source.close()
  }
}

/** The processors of a fat Mach-O; everything else has one part without a name. */
function partsOf(source: ByteSource, name: string): (string | undefined)[] {
  const modules = recogniseFormat(source) === 'macho' ? recogniseModules(source, name) : []
  const cpus = [...new Set(modules.flatMap(({ arch }) => arch ?? []))].slice(0, processLimits.maxModulesPerFile)
  return cpus.length > 1 ? cpus : [undefined]
}

function convertOne(source: ByteSource, outputPath: string, options: DumpOptions): ConvertedModule {
  const file = openSync(outputPath, 'w', 0o600)
  try {
    const sink = (chunk: Uint8Array) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at)
    }
    const { format, module, counts, problems } = dumpSymbols(source, sink, options)
    const described = recogniseModules(source, options.fileName ?? '').find(({ debugId }) => debugId === module.debugId)
    return {
      format,
      debugFile: module.debugFile,
      debugId: module.debugId,
      codeId: module.codeId ?? null,
      functions: counts.functions,
      publics: counts.publics,
      hasCode: described?.hasCode ?? false,
      hasDebug: described?.hasDebug ?? false,
      problems: problems
        .slice(0, processLimits.maxProblems)
        .map(({ code, message }) => ({ code: cut(code, 100), message: cut(message, processLimits.maxProblemLength) })),
    }
  } finally {
    closeSync(file)
  }
}

/** Crash reports name the program; its separate debug file has the same name with an ending. */
function moduleFileName(name: string): string {
  return leafOf(name).replace(/\.(?:debug|dbg)$/i, '')
}

function leafOf(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? name
}

/** Only what was sent together; which of them fits is the dumper's to check. */
function companion(task: ConvertTask, wanted: Companion, open: (path: string) => FileSource): FileSource | undefined {
  const name = wanted.kind === 'build-id' ? `${wanted.buildId.slice(2)}.debug` : leafOf(wanted.name)
  const found = task.beside.find((file) => leafOf(file.name).toLowerCase() === name.toLowerCase())
  return found && open(found.path)
}
