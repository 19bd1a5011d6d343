import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addDoctor } from './commands/doctor.ts'
import { addDump } from './commands/dump.ts'
import { addProject } from './commands/project.ts'
import { addSend } from './commands/send.ts'
import { addServe } from './commands/serve.ts'
import { addSignature } from './commands/signature.ts'
import { addStackwalk } from './commands/stackwalk.ts'
import { addSymbols } from './commands/symbols.ts'
import { addToken } from './commands/token.ts'

/** Every command loads what it needs when it runs, so that `crashkeep stackwalk` does not pay for the server. */
export function createProgram(): Command {
  const program = new Command('crashkeep')
    .description('Crash reporting that a team runs itself.')
    .version(versionOfPackage(), '-V, --version')
    .showHelpAfterError('(crashkeep COMMAND --help says what it takes)')
    .exitOverride()
  for (const add of [addServe, addStackwalk, addDump, addSignature, addSend, addSymbols, addDoctor, addProject, addToken]) add(program)
  for (const command of everyCommand(program)) command.exitOverride()
  return program
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)])
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
