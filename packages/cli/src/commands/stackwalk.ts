import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Minidump } from '@crashkeep/minidump'
import type { ProcessedCrash, ProcessOptions } from '@crashkeep/stackwalk'
import type { SymbolSupplier } from '@crashkeep/symbols'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CommandError } from '../errors.ts'
import { openDump } from '../open-dump.ts'
import { type Log, type LogLevel, logLevels, openLog } from '../stackwalk/log.ts'

interface StackwalkOptions {
  json?: true
  human?: true
  cyborg?: string
  machine?: true
  dump?: true
  brief?: true
  pretty?: true
  outputFile?: string
  logFile?: string
  verbose: LogLevel
  features: string
  interactive: boolean
  evilJson?: string
  recoverFunctionArgs?: true
  useLocalDebuginfo?: true
  symbolsPath?: string[]
  symbolsUrl?: string[]
  symbolsCache?: string
  symbolsTmp?: string
  symbolsDownloadTimeoutSecs: number
}

/** In the folder of `--symbols-cache`, beside those of the modules: no module has this name. */
const indexFolder = '.crashkeep-indexes'

/** The flags are those of rust-minidump's `minidump-stackwalk`, so that a script can swap the program; `--machine` is Breakpad's `-m`. */
export function addStackwalk(program: Command): void {
  const forms = ['json', 'human', 'cyborg', 'machine', 'dump']
  const form = (flags: string, description: string, name: string) =>
    new Option(flags, description).conflicts(forms.filter((other) => other !== name))
  const command = program
    .command('stackwalk')
    .description('walk the stacks of a minidump and say why the process died')
    .argument('<dump>', 'the minidump')
    .argument('[symbols...]', 'folders of Breakpad symbols, or .sym files')
    .addOption(form('--json', "rust-minidump's JSON, with more beside it", 'json'))
    .addOption(form('--human', 'text for people (the default)', 'human'))
    .addOption(form('--cyborg <file>', 'text for people, and the JSON into this file', 'cyborg'))
    .addOption(form('-m, --machine', "Breakpad's lines for programs, fields between bars", 'machine'))
    .addOption(form('--dump', 'every stream instead of stacks, as `crashkeep dump` shows it', 'dump'))
    .option('--brief', 'only the crash and its thread')
    .option('--pretty', 'indent the JSON')
    .option('--output-file <file>', 'write there instead of standard output')
    .option('--log-file <file>', 'write the log there instead of standard error')
    .addOption(new Option('--verbose <level>', 'how much to log').choices(logLevels).default('error'))
    .option('--evil-json <file>', 'what Firefox sent beside the dump: signatures of modules, microcode')
    .option('--recover-function-args', 'guess arguments of functions on 32-bit x86, in the text for people')
    .option('--use-local-debuginfo', 'for dumps of this machine: debug information of the files that the dump names')
    .option('--symbols-path <folder>', 'as the argument; may be given more than once', appended)
    .option('--symbols-url <url>', 'symbol server to download from; may be given more than once', appendedUrl)
    .option(
      '--symbols-cache <folder>',
      'where downloaded symbols and indexes of large ones stay (default: rust-minidump-cache in the temporary folder)',
    )
    .option('--symbols-tmp <folder>', 'where a download is until it is whole (default: the temporary folder)')
    .option('--symbols-download-timeout-secs <seconds>', 'for each file', seconds, 1000)
  const accepted: [flag: string, description: string][] = [
    ['--no-color', 'accepted: the output has no colours'],
    ['--no-interactive', 'no progress display'],
  ]
  for (const [flag, description] of accepted) command.addOption(new Option(flag, description).hideHelp())
  const features = new Option('--features <set>', 'unstable-all: recover function arguments').hideHelp()
  command.addOption(features.choices(['stable-basic', 'stable-all', 'unstable-all']).default('stable-basic'))
  command.action(stackwalk)
}

function appended(value: string, values: string[] = []): string[] {
  return [...values, value]
}

function appendedUrl(value: string, values: string[] = []): string[] {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new InvalidArgumentError('It must be an http or https address.')
  return [...values, value]
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number of seconds.')
  return value
}

async function stackwalk(dumpPath: string, folders: string[], options: StackwalkOptions): Promise<void> {
  if (options.pretty && !options.json && options.cyborg === undefined) {
    throw new CommandError('--pretty needs --json or --cyborg.', { exitStatus: 2 })
  }
  const log = openLog(options.verbose, options.logFile)
  const { dump, close } = await openDump(dumpPath)
  try {
    const write = (text: string) =>
      options.outputFile === undefined ? process.stdout.write(text) : writeFileSync(options.outputFile, text)
    if (options.dump) {
      const { formatDump } = await import('@crashkeep/minidump')
      write(formatDump(dump))
      return
    }
    await printCrash(await walk(dump, [...(options.symbolsPath ?? []), ...folders], options, log), options, write)
  } finally {
    close()
  }
}

async function printCrash(crash: ProcessedCrash, options: StackwalkOptions, write: (text: string) => void): Promise<void> {
  const { formatHuman, formatJson, formatMachine } = await import('@crashkeep/stackwalk')
  const brief = options.brief === true
  const json = () => formatJson(crash, { brief, pretty: options.pretty === true })
  if (options.machine) write(formatMachine(crash))
  else if (options.json) write(json())
  else write(formatHuman(crash, { brief }))
  if (options.cyborg !== undefined) writeFileSync(options.cyborg, json())
}

async function walk(dump: Minidump, paths: readonly string[], options: StackwalkOptions, log: Log): Promise<ProcessedCrash> {
  const [{ folderSymbols }, { needsDecoder, parseExtraJson, processMinidump }] = await Promise.all([
    import('@crashkeep/symbols/node'),
    import('@crashkeep/stackwalk'),
  ])
  for (const path of paths) if (!existsSync(path)) process.stderr.write(`crashkeep: ${path} does not exist; going on without it.\n`)
  const sender = options.evilJson === undefined ? undefined : parseExtraJson(readExtra(options.evilJson, log))
  const processOptions: ProcessOptions = {
    decoder: needsDecoder(dump) ? (await import('@crashkeep/stackwalk/iced')).icedDecoder : undefined,
    sender,
    recoverArguments: options.recoverFunctionArgs === true || options.features === 'unstable-all',
  }
  const cache = options.symbolsCache ?? join(tmpdir(), 'rust-minidump-cache')
  const folders = folderSymbols(
    options.symbolsUrl === undefined ? paths : [...paths, cache],
    options.symbolsCache === undefined ? {} : { indexes: { folder: join(cache, indexFolder) } },
  )
  const symbols = options.useLocalDebuginfo ? await withLocalFiles(folders, log) : folders
  const walkOnce = (supplier: SymbolSupplier) => processMinidump(dump, { ...processOptions, symbols: supplier })
  try {
    const crash = options.symbolsUrl === undefined ? walkOnce(symbols) : await downloadAndWalk(walkOnce, symbols, cache, options, log)
    for (const { code, message } of [...(sender?.problems ?? []), ...crash.problems]) log('warn', `${code}: ${message}`)
    return crash
  } finally {
    folders.close()
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
