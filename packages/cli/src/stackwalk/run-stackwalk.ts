import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatDump, formatMemory, type Minidump } from '@crashkeep/minidump'
import {
  formatHuman,
  formatJson,
  formatMachine,
  needsDecoder,
  type ProcessedCrash,
  type ProcessOptions,
  parseExtraJson,
  processMinidump,
} from '@crashkeep/stackwalk'
import type { SymbolSupplier } from '@crashkeep/symbols'
import { folderSymbols } from '@crashkeep/symbols/node'
import { CommandError } from '../errors.ts'
import { openDump } from '../open-dump.ts'
import { type Log, openLog } from './log.ts'
import type { StackwalkOptions } from './stackwalk-options.ts'
import { writeStandardOutput } from './standard-output.ts'

/** In the folder of `--symbols-cache`, beside those of the modules: no module has this name. */
const indexFolder = '.crashkeep-indexes'

/**
 * Reads, walks and prints, as the flags say. What every walk needs is imported by name, so that the bundle holds no more of it and in few
 * files; what some walks need comes when they do.
 */
export async function runStackwalk(dumpPath: string, folders: readonly string[], options: StackwalkOptions): Promise<void> {
  if (options.pretty && !options.json && options.cyborg === undefined) {
    throw new CommandError('--pretty needs --json or --cyborg.', { exitStatus: 2 })
  }
  const log = openLog(options.verbose, options.logFile)
  const { dump, close } = openDump(dumpPath)
  try {
    const write = (text: string) => (options.outputFile === undefined ? writeStandardOutput(text) : writeFileSync(options.outputFile, text))
    if (options.dump) {
      write(formatDump(dump))
      if (!options.brief) printMemory(dump, options.outputFile)
      return
    }
    printCrash(await walk(dump, [...(options.symbolsPath ?? []), ...folders], options, log), options, write)
  } finally {
    close()
  }
}

/** Part by part: a dump may hold gigabytes. */
export function printMemory(dump: Minidump, outputFile?: string): void {
  for (const part of formatMemory(dump)) {
    if (outputFile !== undefined) appendFileSync(outputFile, part)
    else if (!writeStandardOutput(part)) return
  }
}

function printCrash(crash: ProcessedCrash, options: StackwalkOptions, write: (text: string) => void): void {
  const brief = options.brief === true
  const json = () => formatJson(crash, { brief, pretty: options.pretty === true })
  if (options.machine) write(formatMachine(crash))
  else if (options.json) write(json())
  else write(formatHuman(crash, { brief }))
  if (options.cyborg !== undefined) writeFileSync(options.cyborg, json())
}

async function walk(dump: Minidump, paths: readonly string[], options: StackwalkOptions, log: Log): Promise<ProcessedCrash> {
  for (const path of paths) if (!existsSync(path)) process.stderr.write(`crashkeep: ${path} does not exist; going on without it.\n`)
  const sender = options.evilJson === undefined ? undefined : parseExtraJson(readExtra(options.evilJson, log))
  const processOptions: ProcessOptions = {
    decoder: needsDecoder(dump) ? (await import('@crashkeep/stackwalk/iced')).icedDecoder : undefined,
    sender,
    recoverArguments: options.recoverFunctionArgs === true || options.features === 'unstable-all',
  }
  const cache = options.symbolsCache ?? join(tmpdir(), 'rust-minidump-cache')
  const folders = folderSymbols(options.symbolsUrl === undefined ? paths : [...paths, cache], {
    endsSoon: true,
    ...(options.symbolsCache !== undefined && { indexes: { folder: join(cache, indexFolder) } }),
  })
  const symbols = options.useLocalDebuginfo ? await withLocalFiles(folders, log) : folders
  const walkOnce = (supplier: SymbolSupplier) => processMinidump(dump, { ...processOptions, symbols: supplier })
  try {
    const crash = options.symbolsUrl === undefined ? walkOnce(symbols) : await downloadAndWalk(walkOnce, symbols, cache, options, log)
    for (const { code, message } of sender?.problems ?? []) log('error', `${code}: ${message}`)
    for (const { code, message } of crash.problems) log('warn', `${code}: ${message}`)
    if (options.verbose === 'debug' || options.verbose === 'trace') tellWhy(crash, log)
    return crash
  } finally {
    folders.close()
  }
}

/** Where symbols were, and by what each frame was found. */
function tellWhy({ modules, threads }: ProcessedCrash, log: Log): void {
  for (const { filename, symbols } of modules) {
    if (symbols.state === 'loaded') log('debug', `symbols of ${filename}: ${symbols.from}`)
    else if (symbols.state === 'missing')
      log('debug', `symbols of ${filename}: missing, looked for at ${symbols.looked?.join(', ') || 'no place'}`)
    else if (symbols.state === 'corrupt') log('debug', `symbols of ${filename}: ${symbols.from}: ${symbols.reason}`)
  }
  for (const { thread_id, frames } of threads) {
    for (const { frame, offset, trust, trust_detail } of frames)
      log('trace', `unwind: thread ${thread_id}, frame ${frame}: ${offset} by ${trust}${trust_detail === null ? '' : `: ${trust_detail}`}`)
  }
}

/** Ready symbols first: they are the same and cost nothing to make. */
async function withLocalFiles(folders: SymbolSupplier, log: Log): Promise<SymbolSupplier> {
  const { firstOf, localDebugFiles } = await import('../stackwalk/local-debug-files.ts')
  return firstOf(
    folders,
    localDebugFiles((message) => log('info', message)),
  )
}

/** A file that cannot be read is as one that says nothing: the dump is worth more. */
function readExtra(path: string, log: Log): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    log('error', `${path} could not be read: ${error instanceof Error ? error.message : String(error)}`)
    return '{}'
  }
}

async function downloadAndWalk(
  walkOnce: (supplier: SymbolSupplier) => ProcessedCrash,
  local: SymbolSupplier,
  cacheFolder: string,
  options: StackwalkOptions,
  log: Log,
): Promise<ProcessedCrash> {
  const [{ SymbolDownloads }, { walkWithDownloads }] = await Promise.all([
    import('../stackwalk/symbol-downloads.ts'),
    import('../stackwalk/walk-with-downloads.ts'),
  ])
  const downloads = new SymbolDownloads({
    urls: options.symbolsUrl ?? [],
    cacheFolder,
    temporaryFolder: options.symbolsTmp ?? tmpdir(),
    timeoutMs: options.symbolsDownloadTimeoutSecs * 1000,
    log: (message) => log('info', message),
  })
  const isShown = options.interactive && process.stderr.isTTY && options.outputFile === undefined
  return walkWithDownloads(walkOnce, local, downloads, (done, all) => {
    if (isShown) process.stderr.write(`\rlooked for symbols of ${done} of ${all} modules${done === all ? '\n' : ''}`)
  })
}
