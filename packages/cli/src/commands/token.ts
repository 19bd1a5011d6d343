import type { Token, TokenCreated } from '@crashkeep/server/api-types'
import { type Command, Option } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'

type Options = ConnectionOptions & { json?: true }
const scopes = ['read', 'read-dumps', 'triage', 'upload-symbols', 'administer'] as const

export function addToken(program: Command): void {
  const token = program.command('token').description('API tokens')

  withConnection(token.command('list').description('all tokens; secrets are not kept, so they cannot be shown'))
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const { items: tokens } = await new ServerConnection(options).call<{ items: Token[] }>('GET', '/tokens')
      if (options.json) return printJson(tokens)
      const rows = tokens.map((one) => [one.id, one.name, one.scopes.join(','), one.projects?.join(',') ?? 'all', stateOf(one)])
      printTable(['ID', 'NAME', 'SCOPES', 'PROJECTS', 'STATE'], rows)
    })

  withConnection(token.command('create').description('a new token; prints its secret, once'))
    .argument('<name>', 'what it is for')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(scopes).makeOptionMandatory())
    .option('--project <slug...>', 'only in these projects (default: in all)')
    .option('--expires <date>', 'until when, for example 2027-01-31')
    .option('--json', 'as JSON')
    .action(async (name: string, options: Options & { scope: string[]; project?: string[]; expires?: string }) => {
      const json = {
        name,
        scopes: options.scope,
        ...(options.project === undefined ? {} : { projects: options.project }),
        ...(options.expires === undefined ? {} : { expiresAt: dateOf(options.expires) }),
      }
      const created = await new ServerConnection(options).call<TokenCreated>('POST', '/tokens', { json })
      if (options.json) printJson(created)
      else process.stdout.write(`${created.secret}\n`)
    })

  withConnection(token.command('revoke').description('it opens nothing from now on, nor do the sessions made with it'))
    .argument('<id>', 'its id, from `crashkeep token list`')
    .action(async (id: string, options: Options) => {
      await new ServerConnection(options).call('DELETE', `/tokens/${encodeURIComponent(id)}`)
      process.stdout.write('revoked\n')
    })
}

function stateOf(token: Token): string {
  if (token.revokedAt !== null) return `revoked ${token.revokedAt}`
  return token.expiresAt === null ? 'valid' : `until ${token.expiresAt}`
}

function dateOf(text: string): string {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new CommandError(`--expires takes a date such as 2027-01-31, not "${text}".`, { exitStatus: 2 })
  return date.toISOString()
}
