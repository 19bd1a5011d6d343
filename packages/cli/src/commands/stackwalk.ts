import { type Command, InvalidArgumentError, Option } from 'commander'
import { logLevels } from '../stackwalk/log.ts'
import { type StackwalkOptions, stackwalkDefaults } from '../stackwalk/stackwalk-options.ts'

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
    .addOption(form('--dump', 'every stream and the contents of memory instead of stacks', 'dump'))
    .option('--brief', 'only the crash and its thread; of a dump no contents of memory')
    .option('--pretty', 'indent the JSON')
    .option('--output-file <file>', 'write there instead of standard output')
    .option('--log-file <file>', 'write the log there instead of standard error')
    .addOption(new Option('--verbose <level>', 'how much to log').choices(logLevels).default(stackwalkDefaults.verbose))
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
    .option('--symbols-download-timeout-secs <seconds>', 'for each file', seconds, stackwalkDefaults.symbolsDownloadTimeoutSecs)
  const accepted: [flag: string, description: string][] = [
    ['--no-color', 'accepted: the output has no colours'],
    ['--no-interactive', 'no progress display'],
  ]
  for (const [flag, description] of accepted) command.addOption(new Option(flag, description).hideHelp())
  const features = new Option('--features <set>', 'unstable-all: recover function arguments').hideHelp()
  command.addOption(features.choices(['stable-basic', 'stable-all', 'unstable-all']).default(stackwalkDefaults.features))
  command.action(async (dumpPath: string, folders: string[], options: StackwalkOptions) => {
    const { runStackwalk } = await import('../stackwalk/run-stackwalk.ts')
    await runStackwalk(dumpPath, folders, options)
  })
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
