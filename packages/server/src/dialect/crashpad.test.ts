import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crashpadBoundary, minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { send, startCollector, type TestCollector, testKey } from './collector-for-tests.ts'

const dump = Buffer.concat([Buffer.from('MDMP'), Buffer.alloc(30_000, 7)])
const parts = [{ name: 'prod', value: 'Electron' }, { name: 'ver', value: '41.0.0' }, { name: 'guid', value: 'g-1' }, minidumpPart(dump)]
const contentType = `multipart/form-data; boundary=${crashpadBoundary}`

describe('the Crashpad dialect', () => {
  let collector: TestCollector
  beforeEach(async () => {
    collector = await startCollector({ limits: { uploadBytes: 4 * 1024 * 1024 } })
  })
  afterEach(() => collector.close())

  const post = (body: Buffer | readonly Buffer[], headers: Record<string, string> = {}, path = `/i/${testKey}`) =>
    send(collector.port, path, { body, headers: { 'content-type': contentType, ...headers } })

  it('answers 200 with a bare id of 36 hexadecimal digits, its length, and nothing else', async () => {
    const answer = await post(multipart(parts))
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/^[0-9a-f]{36}$/)
    expect(answer.headers['content-length']).toBe('36')
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  })

  it('takes what Crashpad sends by default: gzip, chunked, identifying itself in the address', async () => {
    const body = gzipSync(multipart(parts))
    const pieces = Array.from({ length: Math.ceil(body.length / 1000) }, (_, i) => body.subarray(i * 1000, (i + 1) * 1000))
    const { status, text } = await post(
      pieces,
      { 'content-encoding': 'gzip', 'user-agent': 'Crashpad/0.8.0' },
      `/i/${testKey}?product=Electron&version=41.0.0&guid=g-1`,
    )
    expect(status).toBe(200)
    const { submission } = await collector.report(text)
    expect(Object.fromEntries(submission.fields)).toEqual({ prod: 'Electron', ver: '41.0.0', guid: 'g-1' })
    expect(submission.kind).toBe('minidump')
    expect(submission.sender.userAgent).toBe('Crashpad/0.8.0')
    expect(submission.problems).toEqual([])
    const [file] = submission.files
    expect(file?.content.kind === 'bytes' && Buffer.from(file.content.bytes).equals(dump)).toBe(true)
  })

  it('answers each kind of bad body with its documented status and code, and counts it', async () => {
    const whole = multipart(parts)
    const cases: [string, number, Buffer | readonly Buffer[], Record<string, string>][] = [
      ['empty_body', 400, Buffer.alloc(0), {}],
      ['empty_body', 400, [], {}],
      ['no_boundary', 400, whole, { 'content-type': 'multipart/form-data' }],
      ['wrong_content_type', 415, whole, { 'content-type': 'application/octet-stream' }],
      ['wrong_content_type', 415, whole, { 'content-type': 'nonsense' }],
      ['malformed_multipart', 400, Buffer.from('garbage'), {}],
      ['malformed_multipart', 400, whole, { 'content-type': 'multipart/form-data; boundary=other' }],
      ['bad_gzip', 400, Buffer.from('this is not gzip at all'), { 'content-encoding': 'gzip' }],
      ['unsupported_encoding', 415, whole, { 'content-encoding': 'compress' }],
      ['too_large', 413, Buffer.alloc(5 * 1024 * 1024), {}],
      ['too_large', 413, gzipSync(multipart([minidumpPart(Buffer.alloc(64 * 1024 * 1024))])), { 'content-encoding': 'gzip' }],
    ]
    for (const [code, status, body, headers] of cases) {
      const answer = await post(body, headers)
      expect([code, answer.status, answer.text]).toEqual([code, status, expect.stringMatching(new RegExp(`^${code}: [^\\n]+\\.`))])
    }
    const counted = collector.rejections.map(({ reason }) => reason)
    expect(counted).toEqual(cases.filter(([, , , headers]) => headers['content-type'] !== 'nonsense').map(([code]) => code))
    expect(collector.rejections[0]?.projectId).toBe(1)
  })

  it('answers an unknown key 404 and counts it for the whole server', async () => {
    const answer = await post(multipart(parts), {}, '/i/ffffffffffffffffffffffffffffffff')
    expect(answer.status).toBe(404)
    expect(collector.rejections).toMatchObject([{ reason: 'unknown_key', projectId: undefined, dialect: 'crashpad' }])
  })

  it('keeps names and chosen headers of what it refuses, never values or credentials', async () => {
    const body = multipart([{ name: 'secret-field', value: 'secret-value' }, minidumpPart(Buffer.alloc(5 * 1024 * 1024))])
    await post([body], { authorization: 'Bearer secret-token', cookie: 'a=secret-cookie' })
    expect(collector.rejections[0]?.sample?.fieldNames).toEqual(['secret-field'])
    expect(JSON.stringify(collector.rejections)).not.toMatch(/secret-(value|token|cookie)/)
  })

  it('is the same with a slash at the end of its address', async () => {
    const body = multipart([{ name: 'prod', value: 'Shop' }], 'b')
    const answer = await send(collector.port, `/i/${testKey}/`, { body, headers: { 'content-type': 'multipart/form-data; boundary=b' } })
    expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^[0-9a-f]{36}$/)])
  })

  it('tells who opens the address in a browser that reports are sent with POST', async () => {
    const answer = await send(collector.port, `/i/${testKey}`, { method: 'GET' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST, OPTIONS'])
  })
})
