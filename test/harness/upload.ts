/** Uploads as crash handlers make them. */
import { createHash } from 'node:crypto'
import { type Answer, type Exchange, exchange } from './http.ts'

const boundary = '---MultipartBoundary-crashkeep-test---'

export interface Form {
  readonly fields?: Readonly<Record<string, string>>
  readonly dump?: Uint8Array
  /** A file of JSON beside the dump, called `report` as by clients of other services. */
  readonly json?: Uint8Array
}

export function formBody({ fields = {}, dump, json }: Form): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  const file = (name: string, type: string, bytes: Uint8Array) => {
    const head = `Content-Disposition: form-data; name="${name}"; filename="a.dmp"\r\nContent-Type: ${type}`
    parts.push(Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(bytes), Buffer.from('\r\n'))
  }
  if (dump !== undefined) file('upload_file_minidump', 'application/octet-stream', dump)
  if (json !== undefined) file('report', 'application/json', json)
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

export const formType: string = `multipart/form-data; boundary=${boundary}`

export function sendBody(url: string, body: NonNullable<Exchange['body']>, options: Exchange = {}): Promise<Answer> {
  const headers = { 'content-type': formType, ...options.headers }
  return exchange(url, { ...options, method: 'POST', headers, body })
}

export function sendForm(url: string, form: Form, options: Exchange = {}): Promise<Answer> {
  return sendBody(url, formBody(form), options)
}

/** The id that the server acknowledged the report with. */
export async function acknowledged(answer: Answer | Promise<Answer>): Promise<string> {
  const { status, text } = await answer
  if (status !== 200 || !/^[0-9a-f]{36}$/.test(text)) throw new Error(`Not acknowledged: status ${status}, ${text.slice(0, 300)}`)
  return text
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
