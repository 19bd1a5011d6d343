import { type Command, InvalidArgumentError } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ReplayRow, replay } from '../replay/replay.ts'

/** As long as Crashpad waits for an answer. */
const defaultTimeoutMs = 60_000

interface Options {
  readonly projectNumber: number
  readonly keyless?: true
  readonly timeoutMs: number
  readonly json?: true
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('send to a server what every known client sends, and tell what each would make of the answer')
    .argument('<url>', 'where crash handlers upload, for example http://127.0.0.1:8080/i/KEY, or the address of another server')
    .option('--project-number <number>', "the project's number, for Sentry's addresses", wholeNumber, 1)
    .option('--keyless', 'also the addresses without a key')
    .option('--timeout-ms <number>', 'how long an answer is waited for', wholeNumber, defaultTimeoutMs)
    .option('--json', 'as JSON, for programs')
    .action(async (url: string, options: Options) => {
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw new CommandError(`"${url}" is no address; give the one that crash handlers upload to, as in http://127.0.0.1:8080/i/KEY.`, {
          exitStatus: 2,
        })
      const { projectNumber, timeoutMs, keyless } = options
      const rows: ReplayRow[] = []
      for await (const row of replay({ url, projectNumber, timeoutMs, keyless: keyless === true })) {
        rows.push(row)
        if (process.stderr.isTTY) process.stderr.write(`\r${rows.length} sent`)
      }
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
      if (options.json === true) printJson(rows)
      else print(rows)
      if (rows.some(({ right }) => !right)) process.exitCode = 1
    })
}

function print(rows: readonly ReplayRow[]): void {
  const header = ['', 'client', 'what is sent', 'wanted', 'status', 'answer', 'what the client makes of it']
  printTable(
    header,
    rows.map(({ client, what, wants, status, answer, right, why }) => {
      return [right ? 'ok' : 'WRONG', client, what, wants, status === 0 ? '-' : String(status), answer, why ?? '']
    }),
  )
  const wrong = rows.filter(({ right }) => !right).length
  process.stdout.write(`\n${rows.length - wrong} right, ${wrong} wrong\n`)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
