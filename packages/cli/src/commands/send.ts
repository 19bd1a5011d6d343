import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'

/** As long as Crashpad waits for an answer. */
const answerTimeoutMs = 60_000
/** Answers are an id; anything longer is an error page, of which the beginning tells enough. */
const maxAnswerShown = 500

export function addSend(program: Command): void {
  program
    .command('send')
    .description('send a minidump as Crashpad would, and print the id that the server gave it')
    .argument('<url>', 'ingest address, for example http://127.0.0.1:8080/i/KEY')
    .argument('<file>', 'the minidump')
    .option('--field <name=value>', 'a field of the report; may be given more than once', collect)
    .option('--attach <file>', 'another file; may be given more than once', collect)
    .option('--gzip', 'compress the body')
    .action(async (url: string, file: string, options: { field?: string[]; attach?: string[]; gzip?: true }) => {
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw new CommandError(`"${url}" is no address; give the ingest address of a project, as in http://127.0.0.1:8080/i/KEY.`, {
          exitStatus: 2,
        })
      const form = new FormData()
      for (const text of options.field ?? []) {
        const [name, value] = nameAndValue(text)
        form.append(name, value)
      }
      form.append('upload_file_minidump', await blobOf(file), basename(file))
      for (const path of options.attach ?? []) form.append(basename(path), await blobOf(path), basename(path))
      process.stdout.write(`${await post(url, form, options.gzip === true)}\n`)
    })
}

function collect(value: string, values: string[] = []): string[] {
  return [...values, value]
}

function nameAndValue(text: string): [name: string, value: string] {
  const end = text.indexOf('=')
  if (end < 1) throw new CommandError(`--field takes NAME=VALUE, not "${text}".`, { exitStatus: 2 })
  return [text.slice(0, end), text.slice(end + 1)]
}

async function blobOf(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path, { type: 'application/octet-stream' })
  } catch (error) {
    throw new CommandError(`${path} could not be read: it does not exist or is not yours to read.`, { cause: error })
  }
}

async function post(url: string, form: FormData, gzip: boolean): Promise<string> {
  const request = new Request(url, { method: 'POST', body: form, signal: AbortSignal.timeout(answerTimeoutMs) })
  const compressed = gzip
    ? new Request(url, {
        method: 'POST',
        headers: { 'Content-Type': request.headers.get('Content-Type') ?? '', 'Content-Encoding': 'gzip' },
        body: gzipSync(await request.arrayBuffer()),
        signal: AbortSignal.timeout(answerTimeoutMs),
      })
    : request
  let response: Response
  try {
    response = await fetch(compressed)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CommandError(`${url} did not answer: ${cause}.`, { cause: error })
  }
  const text = (await response.text()).trim()
  if (response.status !== 200)
    throw new CommandError(`The server refused the report with status ${response.status}: ${text.slice(0, maxAnswerShown)}`)
  return text
}
