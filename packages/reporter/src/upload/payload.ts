/** One report as Crashpad sends it: text fields in the order of their bytes, then files in that of their names; the parts as one multipart form. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { attachmentsOf } from '../database/attachments.ts'
import { readDumpFacts } from '../database/dump-fields.ts'

export interface Payload {
  readonly fields: ReadonlyMap<string, string>
  readonly files: readonly PayloadFile[]
}

export interface PayloadFile {
  readonly name: string
  readonly fileName: string
  readonly path: string
}

const dumpField = 'upload_file_minidump'
const boundaryLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const boundaryRandom = 32

/** `clientId` is the database's: a dump from elsewhere goes under this installation's name, as Crashpad does it. */
export function payloadOf(folder: string, report: { readonly id: string; readonly dumpPath: string }, clientId: string): Payload {
  const fields = new Map([...readDumpFacts(report.dumpPath).fields, ['guid', clientId]])
  const dump = { name: dumpField, fileName: `${report.id}.dmp`, path: report.dumpPath }
  const attachments = attachmentsOf(folder, report.id)
    .filter(({ name }) => name !== dumpField)
    .map(({ name, path }) => ({ name, fileName: name, path }))
  return { fields, files: [dump, ...attachments] }
}

/** Crashpad tells servers three fields in the address, too (`ParametersToURL` of its upload thread). */
export function addressOf(submitURL: string, fields: ReadonlyMap<string, string>): URL {
  const url = new URL(submitURL)
  const named = [
    ['product', fields.get('prod')],
    ['version', fields.get('ver')],
    ['guid', fields.get('guid')],
  ] as const
  const query = named.flatMap(([name, value]) => (value ? [`${name}=${encodeURIComponent(value)}`] : []))
  // By hand: URLSearchParams would write the rest of the query anew, and some servers compare it.
  url.search = [url.search.replace(/^\?/, ''), ...query].filter((part) => part !== '').join('&')
  return url
}

export interface FormBody {
  readonly headers: Readonly<Record<string, string>>
  readonly stream: Readable
}

export function formBody(payload: Payload, compress: boolean): FormBody {
  const boundary = newBoundary()
  const plain = Readable.from(formParts(payload, boundary), { objectMode: false })
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` }
  if (!compress) return { headers, stream: plain }
  const gzip = createGzip()
  plain.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => plain.destroy())
  return { headers: { 'Content-Encoding': 'gzip', ...headers }, stream: plain.pipe(gzip) }
}

async function* formParts(payload: Payload, boundary: string): AsyncGenerator<Buffer> {
  for (const [name, value] of [...payload.fields].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    yield Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`)
  }
  for (const file of [...payload.files].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const disposition = `form-data; name="${quoted(file.name)}"; filename="${quoted(file.fileName)}"`
    yield Buffer.from(`--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`)
    for await (const chunk of createReadStream(file.path)) yield chunk
    yield Buffer.from('\r\n')
  }
  yield Buffer.from(`--${boundary}--\r\n`)
}

/** Only what would end the name is escaped, in lower case, as Crashpad does. */
function quoted(name: string): string {
  return name.replace(/[\r\n"%]/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function newBoundary(): string {
  const letters = [...randomBytes(boundaryRandom)].map((byte) => boundaryLetters[byte % boundaryLetters.length])
  return `---MultipartBoundary-${letters.join('')}---`
}
