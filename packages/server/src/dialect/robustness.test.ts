import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { crashpadBoundary, minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { send, startCollector, type TestCollector, testKey, testLedger } from './collector-for-tests.ts'

const path = `/i/${testKey}`
const contentType = `multipart/form-data; boundary=${crashpadBoundary}`
const whole = multipart([{ name: 'prod', value: 'Electron' }, minidumpPart(Buffer.alloc(20_000, 3))])
const headers = { 'content-type': contentType }

let collector: TestCollector
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  return collector.close()
})

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within a minute')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Writes the head and a part of a body, then does what `then` says; resolves with all that came back. */
function speak(text: (string | Buffer)[], then: 'end' | 'destroy' | 'wait'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: collector.port, allowHalfOpen: true })
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (data) => {
      answer += String(data)
    })
    socket.on('error', reject)
    socket.on('end', () => socket.end())
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      resolve(answer)
    })
    for (const piece of text) socket.write(piece)
    if (then === 'wait') return
    // Once what was sent has been read; what lies in the socket when the sender goes is lost.
    until(() => collector.intake.stats().bufferedBytes > 0).then(() => (then === 'end' ? socket.end() : socket.destroy()), reject)
  })
}

const head = (length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n`

describe('an upload that goes wrong', () => {
  it('is answered 408 when it stalls', async () => {
    collector = await startCollector({ limits: { bodyIdleMs: 300, lingerMs: 100 } })
    const stalled = Array.from({ length: 30 }, () => speak([head(1_000_000), whole.subarray(0, 5000)], 'wait'))
    for (const answer of await Promise.all(stalled)) expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*slow_body: /)
    expect(collector.intake.stats().refused.get('slow_body')).toBe(30)
  })

  it('keeps nobody waiting while it stalls', async () => {
    // An upload that waited for these would wait for the end of the test.
    collector = await startCollector({ limits: { bodyIdleMs: 3_600_000, bodyTotalMs: 3_600_000 } })
    const stalled = Array.from({ length: 30 }, () => speak([head(1_000_000), whole.subarray(0, 5000)], 'wait'))
    for (const each of stalled) each.catch(() => undefined)
    await until(() => collector.intake.stats().bufferedBytes > 0)
    expect((await send(collector.port, path, { body: whole, headers })).status).toBe(200)
  })

  it('is given up after its whole time however steadily it drips', async () => {
    collector = await startCollector({ limits: { bodyTotalMs: 300, lingerMs: 50 } })
    const drip = Readable.from(
      (async function* () {
        for (let i = 0; i < 500; i += 1) {
          yield Buffer.from('x')
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      })(),
    )
    expect((await send(collector.port, path, { body: drip, headers })).status).toBe(408)
  })

  it.each(['end', 'destroy'] as const)('is kept as far as it came when the sender goes away (%s)', async (how) => {
    collector = await startCollector()
    const kept: SpoolReport[] = []
    collector.spool.startSettling(async (report) => void kept.push(report))
    await speak([head(whole.length), whole.subarray(0, 10_000)], how)
    await until(() => kept.length === 1)
    expect(kept[0]?.submission.fields.get('prod')).toBe('Electron')
    expect(kept[0]?.submission.problems.map(({ code }) => code)).toEqual(['truncated_body'])
  })

  it('leaves neither files nor memory behind', async () => {
    collector = await startCollector({ limits: { uploadBytes: 3_000_000 } })
    const large = multipart([{ name: 'k', value: 'v'.repeat(100_000) }, minidumpPart(Buffer.alloc(4_000_000))])
    expect((await send(collector.port, path, { body: [large], headers })).status).toBe(413)
    await until(() => collector.intake.stats().bufferedBytes === 0)
    await expect.poll(() => readdir(join(collector.folder, 'spool/files')), { timeout: 60_000 }).toEqual([])
  })

  it('gives its answer although the sender still sends', async () => {
    collector = await startCollector({ limits: { uploadBytes: 1_000_000, lingerMs: 2000 } })
    const answer = await send(collector.port, path, { body: Readable.from(pieces(64)), headers })
    expect([answer.status, answer.text.split(':')[0]]).toEqual([413, 'too_large'])
  })
})

function* pieces(megabytes: number): Generator<Buffer> {
  yield whole.subarray(0, 500)
  for (let i = 0; i < megabytes; i += 1) yield Buffer.alloc(1024 * 1024, 1)
}

describe('uploads too large to keep', () => {
  it('are refused with bounded memory: 2 GB announced, 2 GB unannounced, gzip bombs, many at once', async () => {
    collector = await startCollector({ limits: { uploadBytes: 24 * 1024 * 1024, lingerMs: 500 } })
    const before = process.memoryUsage().rss
    let mostBytes = 0
    const watch = setInterval(() => {
      mostBytes = Math.max(mostBytes, process.memoryUsage().rss - before)
    }, 20)
    const announced = speak([head(2 ** 31), whole.subarray(0, 1000)], 'wait')
    const bomb = gzipSync(multipart([minidumpPart(Buffer.alloc(64 * 1024 * 1024))]))
    const bombs = Array.from({ length: 4 }, () =>
      send(collector.port, path, { body: bomb, headers: { ...headers, 'content-encoding': 'gzip' } }),
    )
    const many = Array.from({ length: 12 }, () => send(collector.port, path, { body: Readable.from(pieces(4)), headers }))
    const unannounced = await send(collector.port, path, { body: Readable.from(pieces(2048)), headers })
    expect(unannounced.status).toBe(413)
    for (const { status } of await Promise.all(bombs)) expect(status).toBe(413)
    for (const { status } of await Promise.all(many)) expect(status).toBe(200)
    expect(await announced).toMatch(/^HTTP\/1\.1 413 /)
    clearInterval(watch)
    // Half of what one of them sends. The senders live in the same process; the server's own figure is measured end to end.
    expect(mostBytes).toBeLessThan(2 ** 30)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
    await until(() => collector.intake.stats().bufferedBytes === 0)
  })
})

describe('an upload while the ledger is away', () => {
  it('is taken when its key was known before, and asked to come again when not', async () => {
    let away = false
    const ledger = {
      ...testLedger,
      projectByKey: (key: string) => (away ? new Promise<never>(() => undefined) : testLedger.projectByKey(key)),
    }
    collector = await startCollector({ ledger, limits: { ledgerPatienceMs: 20, ledgerTimeoutMs: 50 } })
    away = true
    expect((await send(collector.port, path, { body: whole, headers })).status).toBe(200)
    const unknown = await send(collector.port, `/i/${'1'.repeat(32)}`, { body: whole, headers })
    expect([unknown.status, unknown.headers['retry-after'], unknown.text.split(':')[0]]).toEqual([503, '30', 'ledger_unavailable'])
  })
})

describe.skipIf(!existsSync('/usr/bin/curl'))('bytes of a real curl (needs /usr/bin/curl)', () => {
  it('are taken with a length and chunked', async () => {
    collector = await startCollector()
    const folder = await mkdtemp(join(tmpdir(), 'crashkeep-curl-'))
    const file = join(folder, 'a "b" é.dmp')
    await writeFile(file, Buffer.alloc(2_000_000, 9))
    for (const more of [[], ['-H', 'Transfer-Encoding: chunked'], ['-H', 'Expect: 100-continue']]) {
      const form = ['-F', 'prod=Electron', '-F', `upload_file_minidump=@"${file.replaceAll('"', '\\"')}"`]
      const url = `http://127.0.0.1:${collector.port}${path}`
      const { stdout } = await promisify(execFile)('curl', ['-sS', ...more, ...form, url])
      const { submission } = await collector.report(stdout)
      expect([submission.files[0]?.fileName, submission.files[0]?.size]).toEqual(['a "b" é.dmp', 2_000_000])
    }
    await rm(folder, { recursive: true })
  })
})
