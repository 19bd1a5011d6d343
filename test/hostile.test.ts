/** What a hostile or broken sender can do: it gets its documented answer, and costs others nothing. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { ReportDetail } from '@crashkeep/server/api-types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endlessDump, endlessSymbols } from '../packages/server/testing/endless-dump.ts'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import type { Answer } from './harness/http.ts'
import { fillIndex } from './harness/million-reports.ts'
import { root, startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'
import { acknowledged, formBody, formType, sendBody, sendForm } from './harness/upload.ts'

const mib = 1024 * 1024
const gib = 1024 * mib
const maxServerBytes = 300e6
/** The slowest upload beside whatever else goes on. */
const maxAnswerMs = 1000
const processingTimeoutMs = 120_000
const million = 1_000_000
const serveProgram = join(root, 'test/programs/serve.ts')

const module = { baseAddress: 0x400000n, size: 0x10000, name: '/usr/bin/app', buildId: '00112233445566778899aabbccddeeff00112233' }
const context = { registers: { rip: 0x401234n, rsp: 0x7fff0000n } }

function dump(): Uint8Array {
  const memory = stack(0x7fff0000n, [0x400100n, 0n])
  return synthDump({
    modules: [module],
    threads: [{ id: 7, stack: memory, context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
}

describe('a server with a million reports and hostile senders', () => {
  const undo = undoAfterAll()
  let server: TestedServer

  beforeAll(async () => {
    const dataDir = join(temporaryFolder(undo, 'hostile'), 'data')
    const first = await startServer({ dataDir })
    await first.stop()
    fillIndex(join(dataDir, 'index.db'), million)
    server = await startServer({ dataDir })
    undo(() => server.stop())
  })

  afterAll(() => {
    expect(server.peakResidentBytes()).toBeLessThan(maxServerBytes)
  })

  function expectRefusal(answer: Answer, status: number, code: string): void {
    expect({ status: answer.status, type: answer.headers['content-type'], text: answer.text }).toEqual({
      status,
      type: 'text/plain',
      text: expect.stringMatching(new RegExp(`^${code}: [A-Z].*\\.`)),
    })
  }

  test('refuses an empty body', async () => {
    expectRefusal(await sendBody(server.ingestUrl, Buffer.alloc(0), { headers: { 'content-length': 0 } }), 400, 'empty_body')
    expectRefusal(await sendBody(server.ingestUrl, Readable.from([])), 400, 'empty_body')
  })

  test('refuses a form whose type names no boundary', async () => {
    const headers = { 'content-type': 'multipart/form-data' }
    expectRefusal(await sendBody(server.ingestUrl, formBody({ dump: dump() }), { headers }), 400, 'no_boundary')
  })

  test('refuses a body of another type, and bytes that only say that they are a form', async () => {
    const headers = { 'content-type': 'application/octet-stream' }
    expectRefusal(await sendBody(server.ingestUrl, dump(), { headers }), 415, 'wrong_content_type')
    expectRefusal(await sendBody(server.ingestUrl, Buffer.from(dump())), 400, 'malformed_multipart')
    const gzip = { 'content-encoding': 'gzip' }
    expectRefusal(await sendBody(server.ingestUrl, Buffer.from('this is not gzip at all'), { headers: gzip }), 400, 'bad_gzip')
  })

  test('refuses a body that breaks off before anything has arrived', async () => {
    const whole = formBody({ dump: dump() })
    expectRefusal(await sendBody(server.ingestUrl, whole.subarray(0, whole.indexOf('MDMP'))), 400, 'truncated_body')
  })

  test('keeps what arrived of a body that breaks off in the dump, and says so', async () => {
    const whole = formBody({ fields: { prod: 'App' }, dump: dump() })
    const id = await acknowledged(sendBody(server.ingestUrl, whole.subarray(0, whole.length - 300)))
    const report = await server.finishedReport(id, processingTimeoutMs)
    expect(report.fields.prod).toBe('App')
    expect(report.problems.map(({ code }) => code)).toContain('truncated_body')
  })

  test('keeps what arrived from a sender that goes away', async () => {
    const whole = formBody({ fields: { prod: 'Gone' }, dump: dump() })
    const { hostname, port, pathname } = new URL(server.ingestUrl)
    const socket = connect(Number(port), hostname)
    const closed = new Promise<void>((resolve, reject) => socket.once('error', reject).once('close', () => resolve()))
    const head = [`POST ${pathname} HTTP/1.1`, `Host: ${hostname}`, `Content-Type: ${formType}`, `Content-Length: ${whole.length}`]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.write(whole.subarray(0, whole.length - 300))
    // What still lies in the socket when the sender goes is lost.
    await until('the server to read it', processingTimeoutMs, async () =>
      /^crashkeep_intake_buffered_bytes(?:\{.*\})? [1-9]/m.test((await server.ask('/metrics')).text) ? true : undefined,
    )
    socket.destroy()
    await closed
    const report = await until('the broken report', processingTimeoutMs, async () => {
      const answer = await server.ask('/api/v1/reports?project=default&limit=5')
      const { items } = JSON.parse(answer.text) as { items: ReportDetail[] }
      return items.find(({ product }) => product === 'Gone')
    })
    const finished = await server.finishedReport(report.id, processingTimeoutMs)
    expect(finished.problems.map(({ code }) => code)).toContain('truncated_body')
  })

  test('takes garbage in place of a dump, and says in the report what is wrong', async () => {
    const id = await acknowledged(sendForm(server.ingestUrl, { dump: Buffer.from('no minidump, however often it is read') }))
    const report = await server.finishedReport(id, processingTimeoutMs)
    expect(report).toMatchObject({ state: 'failed', problems: [{ code: 'bad_signature' }] })
  })

  test('stops to unpack a body that grows without end', async () => {
    const bomb = Buffer.concat([
      gzipSync(formBody({ dump: dump() }).subarray(0, 600)),
      ...Array(128).fill(gzipSync(Buffer.alloc(16 * mib))),
    ])
    expect(bomb.length).toBeLessThan(4 * mib)
    expectRefusal(await sendBody(server.ingestUrl, bomb, { headers: { 'content-encoding': 'gzip' } }), 413, 'too_large')
  })

  test('refuses 2 GB that are announced at once, and 2 GB that are not when they have gone too far', async () => {
    const announced = { 'content-length': 2 * gib }
    expectRefusal(await sendBody(server.ingestUrl, endlessForm(2 * gib), { headers: announced }), 413, 'too_large')
    for (const answer of await Promise.all([1, 2].map(() => sendBody(server.ingestUrl, endlessForm(2 * gib))))) {
      expectRefusal(answer, 413, 'too_large')
    }
  })

  test('answers uploads within a second while queries look at a million rows', async () => {
    const queriesMs: number[] = []
    let asking = true
    const asked = (async () => {
      while (asking) {
        const began = performance.now()
        const answer = await server.ask('/api/v1/reports?project=default&query=nosuchwordanywhere')
        queriesMs.push(performance.now() - began)
        expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '{"items":[],"next":null}' })
      }
    })()
    const { slowestMs, usualMs } = await uploadTimes(server, 30)
    asking = false
    await asked
    // One query follows the other: an upload that waited for them would take as long as one.
    expect(usualMs).toBeLessThan(median(queriesMs) / 2)
    expect(slowestMs).toBeLessThan(maxAnswerMs)
  })
})

/** Each limit far below what the dump asks for, and the other one far above. */
const costs = [
  {
    much: 'time',
    code: 'processor_time',
    limits: ['--process-time-ms', '3000', '--process-memory-bytes', String(4 * gib)],
    symbols: endlessSymbols,
  },
  {
    much: 'memory',
    code: 'processor_memory',
    limits: ['--process-memory-bytes', String(200 * mib), '--process-time-ms', '600000'],
    symbols: undefined,
  },
]

describe.each(costs)('a server that is sent a dump made to take too much $much', ({ code, limits, symbols }) => {
  const undo = undoAfterAll()

  test('ends the process that reads it, and nothing else', async () => {
    const dataDir = join(temporaryFolder(undo, 'endless'), 'data')
    const server = await startServer({ dataDir, command: serveProgram, arguments: limits })
    undo(() => server.stop())
    if (symbols !== undefined) await server.ask('/api/v1/symbols?project=default', { method: 'POST', body: Buffer.from(symbols) })
    const id = await acknowledged(sendForm(server.ingestUrl, { dump: endlessDump() }))
    const uploads = uploadTimes(server, 30)
    expect((await firstDeath(server, id)).problems).toEqual([{ code, message: expect.any(String) }])
    expect((await uploads).slowestMs).toBeLessThan(maxAnswerMs)
    const next = await acknowledged(sendForm(server.ingestUrl, { dump: dump() }))
    expect(await server.finishedReport(next, processingTimeoutMs)).toMatchObject({ state: 'processed', signature: 'app+0x1234' })
    expect(server.ended).toBe(false)
    expect(server.peakResidentBytes()).toBeLessThan(maxServerBytes)
  })
})

/** Milliseconds of the slowest and the middle one of so many uploads, one after the other. */
async function uploadTimes(server: TestedServer, count: number): Promise<{ slowestMs: number; usualMs: number }> {
  const times: number[] = []
  for (let i = 0; i < count; i += 1) {
    const began = performance.now()
    await acknowledged(sendForm(server.ingestUrl, { fields: { prod: 'Beside' }, dump: dump() }))
    times.push(performance.now() - began)
  }
  return { slowestMs: Math.max(...times), usualMs: median(times) }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** The report after its first attempt: it waits for another one, and says why. */
function firstDeath(server: TestedServer, id: string): Promise<ReportDetail> {
  return until('the process to be ended', processingTimeoutMs, async () => {
    const report = await server.report(id)
    return report !== undefined && report.problems.length > 0 ? report : undefined
  })
}

/** A form with one file of so many bytes, made while it is sent. */
function endlessForm(bytes: number): Readable {
  const chunk = Buffer.alloc(mib)
  const [head] = formBody({ dump: Buffer.alloc(0) })
    .toString('latin1')
    .split(/(?<=\r\n\r\n)/)
  return Readable.from(
    (function* () {
      yield Buffer.from(head ?? '', 'latin1')
      for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk
    })(),
    { objectMode: false },
  )
}
