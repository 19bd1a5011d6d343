import { existsSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { CommandError } from '../errors.ts'
import { openDump } from '../open-dump.ts'

interface StackwalkOptions {
  json?: true
  human?: true
  brief?: true
  pretty?: true
  outputFile?: string
  symbolsPath?: string[]
}

/**
 * The flags are those of rust-minidump's `minidump-stackwalk`, so that a script can swap the program. Flags about colour, logging and
 * features are accepted and change nothing here.
 */
export function addStackwalk(program: Command): void {
  const command = program
    .command('stackwalk')
    .description('walk the stacks of a minidump and say why the process died')
    .argument('<dump>', 'the minidump')
    .argument('[symbols...]', 'folders of Breakpad symbols, or .sym files')
    .option('--json', "rust-minidump's JSON, with more beside it")
    .option('--human', 'text for people (the default)')
    .option('--brief', 'only the crash and its thread')
    .option('--pretty', 'indent the JSON')
    .option('--output-file <file>', 'write there instead of standard output')
    .option('--symbols-path <folder>', 'as the argument; may be given more than once', (path: string, paths: string[] = []) => [
      ...paths,
      path,
    ])
  const accepted: [flag: string, description: string][] = [
    ['--features <set>', 'accepted: every analysis is always made'],
    ['--verbose <level>', 'accepted: problems are part of the output'],
    ['--log-file <file>', 'accepted'],
    ['--no-color', 'accepted: the output has no colours'],
    ['--no-interactive', 'accepted: there is no progress display'],
  ]
  for (const [flag, description] of accepted) command.addOption(new Option(flag, description).hideHelp())
  command.action(stackwalk)
}

async function stackwalk(dumpPath: string, folders: string[], options: StackwalkOptions): Promise<void> {
  if (options.json && options.human) throw new CommandError('--json and --human exclude each other.', { exitStatus: 2 })
  const [{ folderSymbols }, { formatHuman, formatJson, processMinidump }] = await Promise.all([
    import('@crashkeep/symbols/node'),
    import('@crashkeep/stackwalk'),
  ])
  const { dump, close } = await openDump(dumpPath)
  const paths = [...(options.symbolsPath ?? []), ...folders]
  for (const path of paths) if (!existsSync(path)) process.stderr.write(`crashkeep: ${path} does not exist; going on without it.\n`)
  const symbols = folderSymbols(paths)
  try {
    const crash = processMinidump(dump, { symbols })
    const style = { ...(options.brief ? { brief: true } : {}), ...(options.pretty ? { pretty: true } : {}) }
    const text = options.json ? formatJson(crash, style) : formatHuman(crash, options.brief ? { brief: true } : {})
    if (options.outputFile === undefined) process.stdout.write(text)
    else writeFileSync(options.outputFile, text)
  } finally {
    symbols.close()
    close()
  }
}
