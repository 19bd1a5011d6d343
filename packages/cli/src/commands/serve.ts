import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ServeOptions, Server } from '@crashkeep/server'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CommandError } from '../errors.ts'
import { keepHeapSmall, restartWithSmallHeap } from '../small-heap.ts'

/** Shorter ones can be tried one by one. */
const shortestSecret = 16

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('collect, process and show crash reports')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 8080)
    .option('--data <folder>', 'where everything is kept', 'crashkeep-data')
    .option('--database <url>', 'postgres://… instead of SQLite in the data folder')
    .option('--blobs <folder>', 'where dumps and reports lie, instead of blobs/ in the data folder')
    .addOption(new Option('--role <role>', 'what this process does').choices(['all', 'collector', 'processor', 'api']).default('all'))
    .option('--keyless-project <slug>', 'the project that addresses without a key add to; without it they do not exist')
    .option('--keyless-public', 'let others than this machine use them')
    .option('--webhook-secret <file>', 'holds the secret with which symbols sent to /webhook are signed')
    .option('--tls-cert <file>', 'PEM certificate; serves https together with --tls-key')
    .option('--tls-key <file>', 'PEM key')
    .option('--public-url <url>', 'the address that others use, where a proxy stands before the server')
    .option('--allowed-host <name...>', 'host names that pages and API answer to, beside loopback and that of --public-url')
    .option('--trust-proxy [addresses]', 'believe X-Forwarded-For and -Proto of these proxies')
    .option('--max-upload-bytes <number>', 'largest upload, as sent and unpacked', wholeNumber)
    .option('--processes <number>', 'reports processed at once', wholeNumber)
    .option('--process-memory-bytes <number>', 'what one processing child may use before it is ended', wholeNumber)
    .option('--process-time-ms <number>', 'how long one report may be processed', wholeNumber)
    .option('--symbol-cache-bytes <number>', 'what symbols fetched from other servers may take', wholeNumber)
    .option('--shared-symbols-bytes <number>', 'what symbols uploaded for every project may take', wholeNumber)
    .option('--shared-symbols-days <number>', 'days without use after which those are removed', numberOfDays)
    .option('--log-level <level>', 'fatal, error, warn, info, debug, trace', 'warn')
    .action(async (options: ServeOptions & { allowedHost?: string[]; webhookSecret?: string }) => {
      if ((options.tlsCert === undefined) !== (options.tlsKey === undefined))
        throw new CommandError('TLS needs both --tls-cert and --tls-key.', { exitStatus: 2 })
      restartWithSmallHeap()
      keepHeapSmall()
      // Listened for first: a signal may come as soon as the server says that it listens, and before.
      const stop = stopped()
      let listens = false
      void stop.then(() => {
        // Nothing was acknowledged yet, and what a start writes withstands its end at any moment.
        if (!listens) process.exit(0)
      })
      const { serve } = await import('@crashkeep/server')
      const { allowedHost, webhookSecret, ...rest } = options
      const webRoot = builtPages()
      const server = await serve({
        ...rest,
        ...(webhookSecret === undefined ? {} : { webhookSecret: secretIn(webhookSecret) }),
        ...(allowedHost === undefined ? {} : { allowedHosts: allowedHost }),
        ...(webRoot === undefined ? {} : { webRoot }),
      })
      listens = true
      process.stdout.write(await greeting(server))
      await stop
      await server.close()
    })
}

/** In a file, because the arguments of a program are everybody's to see. */
function secretIn(path: string): string {
  const secret = readFileSync(path, 'utf8').trim()
  if (secret.length < shortestSecret)
    throw new CommandError(`${path} holds no secret: it needs at least ${shortestSecret} characters.`, { exitStatus: 2 })
  return secret
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('It must be a whole number.')
  return number
}

/** Nobody means "at once" by 0. */
function numberOfDays(text: string): number {
  const days = wholeNumber(text)
  if (days === 0) throw new InvalidArgumentError('At least one day; leave it out to keep them for ever.')
  return days
}

function portNumber(text: string): number {
  const number = wholeNumber(text)
  if (number > 65_535) throw new InvalidArgumentError('Ports end at 65535.')
  return number
}

function builtPages(): string | undefined {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@crashkeep/web/package.json')), 'dist')
  return existsSync(join(folder, 'index.html')) ? folder : undefined
}

/** Printed once the server listens; scripts read the addresses from it. */
async function greeting(server: Server): Promise<string> {
  const ingest = await server.ingestUrl('default')
  const lines = ['Crashkeep listens.', `  pages   ${server.url}/`]
  if (server.loginUrl !== undefined) lines.push(`  log in  ${server.loginUrl}`)
  if (ingest !== undefined) {
    lines.push(
      `  ingest  ${ingest}`,
      '',
      'Send a first crash:',
      `  npx crashkeep send ${ingest} FILE.dmp --field prod=MyApp --field ver=1.0.0`,
    )
    lines.push(`or set it as submitURL: crashReporter.start({ submitURL: '${ingest}' })`)
  }
  return `${lines.join('\n')}\n`
}

/** The first signal ends the server; a second one while it closes changes nothing, because a terminal and npm may both send it. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve())
  })
}
