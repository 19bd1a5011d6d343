/** What senders do who want the server to fall over: memory stays bounded, and an ordinary upload beside it is answered within a second. */
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { synthDump } from '../packages/minidump/src/synth/index.ts'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { type Answer, exchange } from './harness/http.ts'
import { startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'
import { acknowledged, formBody, formType, sendForm } from './harness/upload.ts'

const maxResidentBytes = 300e6
const maxAnswerMs = 1000
const maxWorstAnswerMs = 5000
/** Enough for every attack to go far beyond it, little enough that the disk is not what is measured. */
const maxUploadBytes = 48 * 1024 * 1024
const slowConnections = 1000
const slowSeconds = 4
const dump = synthDump({ threads: [{ id: 1 }], exception: { threadId: 1, code: 11 } })

let server: TestedServer
let dataDir: string
const undo = undoAfterAll()

beforeAll(async () => {
  dataDir = join(temporaryFolder(undo, 'hostile'), 'data')
  server = await startServer({ dataDir, arguments: ['--max-upload-bytes', String(maxUploadBytes)] })
  undo(() => server.kill())
  // What the first upload loads and compiles is no one's attack.
  await acknowledged(sendForm(server.ingestUrl, { dump }))
})

afterAll(() => {
  expect(server.peakResidentBytes()).toBeLessThan(maxResidentBytes)
  expect(server.output).not.toMatch(/"level":(50|60)/)
})

/** Uploads again and again while the attack lasts; they are in time, but for what other programs on the test's machine take from one of them. */
async function beside<T>(attack: Promise<T>): Promise<T> {
  let over = false
  const ended = attack.finally(() => {
    over = true
  })
  ended.catch(() => undefined)
  const times: number[] = []
  do {
    const began = performance.now()
    await acknowledged(sendForm(server.ingestUrl, { fields: { prod: 'Ordinary' }, dump }))
    times.push(performance.now() - began)
  } while (!over)
  times.sort((a, b) => a - b)
  expect(times[Math.floor(times.length * 0.95)] ?? times.at(-1)).toBeLessThan(maxAnswerMs)
  expect(times.at(-1)).toBeLessThan(maxWorstAnswerMs)
  return ended
}

async function spoolIsEmpty(): Promise<void> {
  await until('the spool to be empty', 60_000, async () =>
    /^crashkeep_spool_pending(?:\{.*\})? 0$/m.test((await server.ask('/metrics')).text) ? true : undefined,
  )
}

const post = (body: Readable | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
  exchange(server.ingestUrl, { method: 'POST', headers: { 'content-type': formType, ...headers }, body })

const boundary = /boundary=(.*)/.exec(formType)?.[1] ?? ''
const part = (disposition: string, value = '', type?: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n${value}\r\n`
const end = `--${boundary}--\r\n`
const codeOf = ({ status, text }: Answer) => `${status} ${text.split(':')[0]?.slice(0, 40)}`

async function* zeros(megabytes: number, before = ''): AsyncGenerator<Buffer> {
  if (before !== '') yield Buffer.from(before)
  for (let i = 0; i < megabytes; i += 1) yield Buffer.alloc(1024 * 1024)
}

describe('a hostile sender', () => {
  test(`holds ${slowConnections} connections open with a byte a second`, async () => {
    const { port, pathname } = new URL(server.ingestUrl)
    const head = `POST ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${formType}\r\nContent-Length: 1000000\r\n\r\n`
    const sockets: Socket[] = []
    const attack = async () => {
      for (let i = 0; i < slowConnections; i += 1) {
        const socket = connect({ host: '127.0.0.1', port: Number(port) })
        socket.on('error', () => undefined)
        socket.write(head)
        sockets.push(socket)
      }
      await until('all connections to be open', 20_000, () => (sockets.every(({ connecting }) => !connecting) ? true : undefined))
      for (let second = 0; second < slowSeconds; second += 1) {
        for (const socket of sockets) socket.write('-')
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
      const open = sockets.filter(({ destroyed }) => !destroyed).length
      for (const socket of sockets) socket.destroy()
      return open
    }
    expect(await beside(attack())).toBe(slowConnections)
  })

  const bombs = { gzip: createGzip, br: createBrotliCompress, zstd: createZstdCompress }
  test.each(['gzip', 'br', 'zstd'] as const)('sends bodies that unpack to far more than the limit (%s)', async (coding) => {
    const bomb = () => {
      const pack = bombs[coding]()
      return Readable.from(zeros(200, part('name="upload_file_minidump"; filename="a.dmp"', '', 'application/octet-stream'))).pipe(pack)
    }
    const answers = await beside(Promise.all(Array.from({ length: 3 }, () => post(bomb(), { 'content-encoding': coding }))))
    expect(answers.map(codeOf)).toEqual(Array(3).fill('413 too_large'))
  })

  test('sends ten thousand parts, and a hundred thousand', async () => {
    const parts = (count: number) => Buffer.from(Array.from({ length: count }, (_, i) => part(`name="f${i}"`, 'v')).join('') + end)
    const [many, tooMany] = await beside(Promise.all([post(parts(9_999)), post(parts(100_000))]))
    expect(many?.status).toBe(200)
    const report = await server.report(many?.text ?? '')
    expect(Object.keys(report?.fields ?? {})).toHaveLength(4000)
    expect(report?.problems.map(({ code }) => code)).toContain('too_many_fields')
    expect(codeOf(tooMany ?? post.prototype)).toBe('400 malformed_multipart')
  })

  test('sends names of a megabyte', async () => {
    const name = 'n'.repeat(1024 * 1024)
    const body = Buffer.from(part(`name="${name}"`, 'v') + part('name="prod"', 'Electron') + end)
    const answers = await beside(Promise.all(Array.from({ length: 8 }, () => post(body))))
    for (const answer of answers) expect(answer.status).toBeLessThan(500)
  })

  test('calls parts by names that mean something to a disk', async () => {
    const names = [
      '../../x',
      '/etc/passwd',
      'report.json',
      'processed.json',
      '0',
      'CON',
      'nul',
      '.',
      '..',
      'a\0b',
      'C:\\Windows\\x',
      '%2e%2e%2f',
    ]
    const files = names.map((name) => part(`name="${name}"; filename="${name}"`, `bytes of ${name}`, 'text/plain'))
    const equal = Array.from({ length: 1000 }, (_, i) => part('name="same"', String(i)))
    const answer = await beside(post(Buffer.from(files.join('') + equal.join('') + end)))
    await spoolIsEmpty()
    const report = await server.report(answer.text)
    if (report === undefined) throw new Error('The report is gone.')
    expect(report.attachments.map(({ name }) => name)).toEqual(names)
    expect(Object.keys(report.fields)).toHaveLength(1000)
    // A URL cannot name the first two.
    for (const name of names.filter((each) => each !== '.' && each !== '..')) {
      const file = await server.ask(`/api/v1/reports/${report.id}/attachments/${encodeURIComponent(name)}`)
      expect([name, file.status, file.text]).toEqual([name, 200, `bytes of ${name}`])
    }
    const leaves = readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    expect(
      leaves.filter((leaf) => leaf.isFile() && !/^(\d+|report\.json|processed\.json)$/.test(leaf.name)).map(({ name }) => name),
    ).toEqual([])
    expect(readdirSync(join(dataDir, '..')).sort()).toEqual(['data'])
  })

  test('sends a hundred megabytes of nested JSON', async () => {
    const nested = (megabytes: number, text: string) =>
      Readable.from(Array.from({ length: megabytes }, () => Buffer.from(text.repeat((1024 * 1024) / text.length))))
    const json = { 'content-type': 'application/json' }
    const asReport = await beside(Promise.all([post(nested(100, '['), json), post(nested(100, '{"a":'.padEnd(8)), json)]))
    expect(asReport.map(({ status }) => status)).toEqual([204, 204])
    // Just below what browsers may send, and as the fields of a form.
    const deep = Buffer.from(`[{"type":"crash","body":${'['.repeat(500_000)}${']'.repeat(500_000)}}]`)
    expect((await beside(post(deep, json))).status).toBe(204)
    const extra = Buffer.from(
      part('name="extra"', `{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, 'application/json') + part('name="prod"', 'x') + end,
    )
    expect((await beside(post(extra))).status).toBe(200)
  })

  test('leaves nothing behind but what was acknowledged', async () => {
    await spoolIsEmpty()
    expect(readdirSync(join(dataDir, 'spool/files'))).toEqual([])
    expect((await server.ask('/metrics')).text).toMatch(/^crashkeep_intake_buffered_bytes(?:\{.*\})? 0$/m)
    expect((await acknowledged(post(formBody({ dump })))).length).toBe(36)
  })
})
