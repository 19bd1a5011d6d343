import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'

/** In the order in which the help lists them. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  serve: async () => (await import('./commands/serve.ts')).addServe,
  stackwalk: async () => (await import('./commands/stackwalk.ts')).addStackwalk,
  dump: async () => (await import('./commands/dump.ts')).addDump,
  signature: async () => (await import('./commands/signature.ts')).addSignature,
  send: async () => (await import('./commands/send.ts')).addSend,
  symbols: async () => (await import('./commands/symbols.ts')).addSymbols,
  import: async () => (await import('./commands/import.ts')).addImport,
  replay: async () => (await import('./commands/replay.ts')).addReplay,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  project: async () => (await import('./commands/project.ts')).addProject,
  token: async () => (await import('./commands/token.ts')).addToken,
}

/**
 * The program with the command of this name alone, or with all of them where there is none of this name: what one command imports
 * (node:http alone takes 20 ms) is no burden for the others.
 */
export async function createProgram(name = ''): Promise<Command> {
  const program = new Command('crashkeep')
    .description('Crash reporting that a team runs itself.')
    .version(versionOfPackage(), '-V, --version')
    .showHelpAfterError('(crashkeep COMMAND --help says what it takes)')
    .exitOverride()
  const only = Object.hasOwn(commands, name) ? commands[name] : undefined
  for (const load of only === undefined ? Object.values(commands) : [only]) (await load())(program)
  for (const command of everyCommand(program)) command.exitOverride()
  return program
}

/** Runs what these words say; the exit status. Errors of the command itself are thrown. */
export async function runProgram(words: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(words[0])
    await program.parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed its own sentence; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)])
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
