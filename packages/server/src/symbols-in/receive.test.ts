import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import Fastify from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { errorHandler } from '../api/error-handler.ts'
import { symbolLimits } from './limits.ts'
import { isForm, receiveBody, receiveForm } from './receive.ts'
import { withUploadFolder } from './upload-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-receive-'))
const app = Fastify({ forceCloseConnections: true })
const content = 'MODULE Linux x86_64 0 app\n'
const form = [
  '--b\r\nContent-Disposition: form-data; name="os"\r\n\r\nLinux\r\n',
  `--b\r\nContent-Disposition: form-data; name="symbol_file"; filename="C:\\build\\app.sym"\r\n\r\n${content}\r\n--b--\r\n`,
].join('')
const multipart = { 'content-type': 'multipart/form-data; boundary=b' }

beforeAll(async () => {
  errorHandler(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.post('/', (request) =>
    withUploadFolder(folder, async (upload) => {
      if (!isForm(request)) return { text: readFileSync((await receiveBody(request, upload)).path, 'utf8') }
      const { fields, files } = await receiveForm(request, upload)
      return { fields: Object.fromEntries(fields), files: files.map(({ field, path }) => [field, readFileSync(path, 'utf8')]) }
    }),
  )
  await app.ready()
})
afterEach(() => {
  vi.useRealTimers()
  expect(readdirSync(folder)).toEqual([])
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

function post(payload: Uint8Array | string | Readable, headers: Record<string, string> = {}) {
  const body = payload instanceof Uint8Array ? Buffer.from(payload) : payload
  return app.inject({ method: 'POST', url: '/', payload: body, headers: { 'content-type': 'application/octet-stream', ...headers } })
}

describe('a body', () => {
  test.each([
    ['plain', Buffer.from(content), undefined],
    ['gzip', gzipSync(content), 'gzip'],
    ['deflate', deflateSync(content), 'deflate'],
    ['br', brotliCompressSync(content), 'br'],
    ['zstd', zstdCompressSync(content), 'zstd'],
  ])('is read, %s', async (_name, body, encoding) => {
    const answer = await post(body, encoding === undefined ? {} : { 'content-encoding': encoding })
    expect(answer.json()).toEqual({ text: content })
  })

  test.each<[string, Uint8Array | string, Record<string, string>, number, string]>([
    ['gzip that is none', 'nonsense', { 'content-encoding': 'gzip' }, 400, 'bad_request'],
    ['gzip that breaks off', gzipSync(content.repeat(100)).subarray(0, 30), { 'content-encoding': 'gzip' }, 400, 'bad_request'],
    ['an encoding that nobody knows', 'x', { 'content-encoding': 'compress' }, 415, 'bad_encoding'],
    ['nothing', '', {}, 400, 'bad_request'],
    ['a form that breaks off', form.slice(0, 120), multipart, 400, 'bad_request'],
  ])('is refused: %s', async (_name, body, headers, status, code) => {
    const answer = await post(body, headers)
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code])
  })

  test('from which nothing comes any more is given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let begun = false
    const payload = new Readable({
      read() {
        if (!begun) this.push('MODULE')
        begun = true
      },
    })
    const answer = post(payload)
    while (!begun) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(symbolLimits.idleMs - 1000)
    payload.push(' Linux')
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(symbolLimits.idleMs - 1000)
    expect(await Promise.race([answer, 'still waiting'])).toBe('still waiting')
    await vi.advanceTimersByTimeAsync(2000)
    expect((await answer).json()).toMatchObject({ code: 'slow_body' })
    payload.destroy()
  })
})

test('a form gives its fields and files', async () => {
  const parsed = { fields: { os: 'Linux' }, files: [['symbol_file', content]] }
  expect((await post(form, multipart)).json()).toEqual(parsed)
  expect((await post(gzipSync(form), { ...multipart, 'content-encoding': 'gzip' })).json()).toEqual(parsed)
})

test('a form of too many parts is refused', async () => {
  const part = (n: number) => `--b\r\nContent-Disposition: form-data; name="f${n}"\r\n\r\nx\r\n`
  const many = `${Array.from({ length: symbolLimits.maxFields + 1 }, (_, n) => part(n)).join('')}--b--\r\n`
  expect((await post(many, multipart)).json()).toMatchObject({ code: 'too_large' })
})
