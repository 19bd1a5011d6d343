import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { receiveFile } from './receive-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crashkeep-receive-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const content = 'MODULE Linux x86_64 0 a\n'.repeat(100)
const form = `--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name="symbol_file"; filename="a.sym"\r\n\r\n${content}\r\n--b--\r\n`

function receive(body: Uint8Array | string, contentType?: string, contentEncoding?: string, maxBytes = 1e6) {
  return receiveFile({ body: Readable.from([Buffer.from(body)]), contentType, contentEncoding }, folder, 'file', maxBytes)
}

test.each<[string, Uint8Array | string, string | undefined, string | undefined]>([
  ['a plain body', content, 'text/plain', undefined],
  ['a gzip body', gzipSync(content), undefined, 'gzip'],
  ['the file of a form', form, 'multipart/form-data; boundary=b', undefined],
  ['the file of a gzip form', gzipSync(form), 'multipart/form-data; boundary=b', 'gzip'],
])('keeps %s', async (_name, body, type, encoding) => {
  const received = await receive(body, type, encoding)
  expect(received).toMatchObject({ size: content.length, sha256: createHash('sha256').update(content).digest('hex') })
  expect(readFileSync(received.path, 'utf8')).toBe(content)
})

test.each<[string, Uint8Array | string, string | undefined, string | undefined, string]>([
  ['a body that grows beyond the limit when unpacked', gzipSync(Buffer.alloc(5e6)), undefined, 'gzip', 'too_large'],
  [
    'a form whose file is too large',
    form.replace('hello', 'x').replace(content, 'y'.repeat(2e6)),
    'multipart/form-data; boundary=b',
    undefined,
    'too_large',
  ],
  ['gzip that is none', 'nonsense', undefined, 'gzip', 'bad_request'],
  ['an encoding that is not known', 'x', undefined, 'br', 'bad_encoding'],
  [
    'a form without a file',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
    'multipart/form-data; boundary=b',
    undefined,
    'bad_request',
  ],
  ['a form that breaks off', form.slice(0, 300), 'multipart/form-data; boundary=b', undefined, 'bad_request'],
])('refuses %s and leaves no file', async (_name, body, type, encoding, code) => {
  await expect(receive(body, type, encoding)).rejects.toMatchObject({ code })
  expect(readdirSync(folder)).toEqual([])
})
