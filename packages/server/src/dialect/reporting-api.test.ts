import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SpoolReport } from '../spool/spool-report.ts'
import { send, startCollector, type TestCollector, testKey } from './collector-for-tests.ts'

const fixtures = join(import.meta.dirname, '../../../../../shared/fixtures/reporting-api')
const path = `/i/${testKey}`
const headers = { 'content-type': 'application/reports+json', 'user-agent': 'Chrome/156', origin: 'https://shop.example' }

let collector: TestCollector
let kept: SpoolReport[]
beforeEach(async () => {
  kept = []
  collector = await startCollector()
  collector.spool.startSettling(async (report) => void kept.push(report))
})
afterEach(() => collector.close())

async function post(body: unknown, more: Record<string, string> = {}): Promise<number> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const answer = await send(collector.port, path, { body: bytes, headers: { ...headers, ...more } })
  await collector.spool.drained()
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  return answer.status
}

function fileOf(report: SpoolReport | undefined): { report: { body: Record<string, unknown> }; neighbours: unknown[] } {
  const [file] = report?.submission.files ?? []
  if (file?.content.kind !== 'bytes') throw new Error('no report file')
  return JSON.parse(Buffer.from(file.content.bytes).toString('utf8'))
}

const crash = { age: 7, type: 'crash', url: 'https://shop.example/x', user_agent: 'Chrome/156', body: { crash_report_api: {} } }

describe('the Reporting API dialect', () => {
  it('answers the preflight of a cross-origin upload as Chromium needs it', async () => {
    const answer = await send(collector.port, path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-methods': 'POST, OPTIONS',
    })
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  })

  it('keeps a crash with the time at which it happened', async () => {
    expect(await post([{ ...crash, age: 60_000 }])).toBe(204)
    const [report] = kept
    expect(report?.submission).toMatchObject({ kind: 'browser', dialect: 'reporting-api' })
    expect(report?.submission.crashedAt).toBe((report?.submission.receivedAt ?? 0) - 60_000)
  })

  it('takes product and version from what the page set', async () => {
    const cases: [Record<string, string>, Record<string, string>][] = [
      [{ release: 'shop@2.0.0' }, { product: 'shop', version: '2.0.0' }],
      [{ release: '2.0.0' }, { version: '2.0.0' }],
      [
        { release: '@scope/shop@2.0.0', product: 'p' },
        { product: 'p', version: '2.0.0' },
      ],
      [
        { version: '3', product: 'p' },
        { product: 'p', version: '3' },
      ],
      [{}, {}],
    ]
    for (const [context, fields] of cases) {
      await post([{ ...crash, body: { crash_report_api: context } }])
      expect(Object.fromEntries(kept.at(-1)?.submission.fields ?? [])).toEqual(fields)
    }
  })

  it('reads every form that the field names ever had', async () => {
    await post({
      type: 'crash',
      body: { isTopLevel: 'true', page_visibility: 'hidden', phase: 'early draft', crashId: 'c', sourceFile: 's' },
    })
    expect(fileOf(kept[0]).report.body).toEqual({
      is_top_level: true,
      visibility_state: 'hidden',
      crash_report_api: { phase: 'early draft' },
      crashId: 'c',
      sourceFile: 's',
    })
    await post([{ type: 'crash', body: null }])
    expect(fileOf(kept[1]).report.body).toEqual({ crash_report_api: {} })
  })

  it('keeps the keys that pages choose, whatever they are, and lets none become a prototype', async () => {
    const body = '[{"type":"crash","body":{"crash_report_api":{"__proto__":"p","":"e","reason":"r","a.b":"\\u0000"}}}]'
    await post(body)
    const file = kept[0]?.submission.files[0]
    const text = file?.content.kind === 'bytes' ? Buffer.from(file.content.bytes).toString('utf8') : ''
    expect(text).toContain('"crash_report_api":{"__proto__":"p","":"e","reason":"r","a.b":"\\u0000"}')
  })

  it('keeps reports of other types as neighbours of a crash, without their ages, and counts them', async () => {
    const csp = { age: 3, type: 'csp-violation', url: 'https://shop.example/', body: { blockedURL: 'x' } }
    expect(await post([csp, crash, { ...crash, url: 'https://shop.example/y' }])).toBe(204)
    expect(kept.length).toBe(2)
    expect(fileOf(kept[0]).neighbours).toEqual([{ type: 'csp-violation', url: 'https://shop.example/', body: { blockedURL: 'x' } }])
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['not_a_crash'])
  })

  it('answers 204 to whatever it will never keep, and counts it', async () => {
    const csp = { 'csp-report': { 'document-uri': 'https://shop.example/' } }
    const cases: [string, unknown, Record<string, string>?][] = [
      ['bad_json', 'garbage'],
      ['bad_json', '"text"'],
      ['bad_json', '[1,2]'],
      ['bad_json', `[{"type":"crash","body":{"reason":${'['.repeat(100_000)}${']'.repeat(100_000)}}}]`],
      ['empty_body', ''],
      ['not_a_crash', csp, { 'content-type': 'application/csp-report' }],
      ['not_a_crash', [{ type: 'deprecation', body: {} }], { 'content-type': 'application/json' }],
      ['too_large', Buffer.alloc(2_000_000, 32)],
      ['bad_gzip', 'garbage', { 'content-encoding': 'gzip' }],
    ]
    for (const [code, body, more] of cases) expect([code, await post(body, more)]).toEqual([code, 204])
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(cases.map(([code]) => code))
    expect(kept).toEqual([])
  })

  it('answers 204 for an unknown key too: the browser would only send it four times more', async () => {
    const answer = await send(collector.port, `/i/${'f'.repeat(32)}`, { body: Buffer.from(JSON.stringify([crash])), headers })
    expect(answer.status).toBe(204)
    expect(collector.rejections).toMatchObject([{ reason: 'unknown_key', projectId: undefined }])
  })

  it('asks the browser to come again only when the disk is full', async () => {
    const full = await startCollector({ spoolLimits: { reserveBytes: Number.MAX_SAFE_INTEGER, reserveFraction: 1 } })
    const answer = await send(full.port, path, { body: Buffer.from(JSON.stringify([crash])), headers })
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30'])
    await full.close()
  })
})

describe('an error that a page caught itself', () => {
  const error = {
    ...crash,
    type: 'javascript-error',
    url: 'https://shop.example/x?token=1',
    body: {
      name: 'TypeError',
      message: 'x is not a function',
      stack: 'TypeError: x is not a function\n    at pay (https://shop.example/app.js?v=1:1:7)',
      crash_report_api: { release: 'shop@2.0.0', sid: 's', breadcrumbs: 'one\ntwo' },
    },
  }

  it('is kept as an error with the context in its fields, beside a crash of the same batch', async () => {
    expect(await post([error, crash])).toBe(204)
    expect(kept.map(({ submission }) => submission.kind).sort()).toEqual(['browser', 'javascript'])
    const { submission } = kept.find((each) => each.submission.kind === 'javascript') ?? { submission: undefined }
    expect(Object.fromEntries(submission?.fields ?? [])).toEqual({ release: 'shop@2.0.0', sid: 's', product: 'shop', version: '2.0.0' })
    expect(submission?.crashedAt).toBe((submission?.receivedAt ?? 0) - error.age)
    const [file] = submission?.files ?? []
    expect(JSON.parse(Buffer.from(file?.content.kind === 'bytes' ? file.content.bytes : []).toString())).toMatchObject({
      error: {
        type: 'TypeError',
        handled: false,
        url: 'https://shop.example/x',
        stackText: expect.stringContaining('(https://shop.example/app.js:1:7)'),
        breadcrumbs: [{ body: 'one' }, { body: 'two' }],
      },
    })
  })

  it('has its place where nothing with a stack was thrown', async () => {
    expect(
      await post([{ ...error, body: { name: 'Error', message: 'text', source: 'https://shop.example/a.js', line: 3, column: 0 } }]),
    ).toBe(204)
    const [file] = kept[0]?.submission.files ?? []
    expect(JSON.parse(Buffer.from(file?.content.kind === 'bytes' ? file.content.bytes : []).toString()).error.frames).toEqual([
      { function: null, url: 'https://shop.example/a.js', line: 3, column: null },
    ])
  })

  it('is nothing that a session ping is: its start is counted by release', async () => {
    const ping = (state: string) => ({ ...error, type: 'session', body: { state, crash_report_api: { release: 'shop@2.0.0' } } })
    expect(await post([ping('start')])).toBe(204)
    expect(await post([ping('end'), ping('start')])).toBe(204)
    expect(kept).toEqual([])
    expect(collector.rejections).toEqual([])
    expect(await collector.sessions()).toEqual([{ release: '2.0.0', started: 2, errored: 0, crashed: 0 }])
  })
})

describe.skipIf(!existsSync(fixtures))('bytes of a real Chromium 156 (needs ../shared fixtures)', () => {
  const names = [
    'crash-no-reason',
    'crash-with-context',
    'crash-oom',
    'crash-unresponsive-with-stack',
    'crash-unresponsive-not-opted-in',
    'crash-cross-origin',
    'crash-cross-site-iframe',
    'crash-max-64k-context',
  ]
  it.each(names)('%s is kept with its whole body', async (name) => {
    const bytes = readFileSync(join(fixtures, `chromium156-${name}.json`))
    expect(await post(bytes)).toBe(204)
    const [sent] = JSON.parse(bytes.toString('utf8').replaceAll('?v=2', ''))
    // Queries of pages are not kept, see intake/privacy.ts.
    expect(fileOf(kept[0]).report).toEqual({ ...sent, url: sent.url.split('?')[0] })
    expect(kept[0]?.submission.problems).toEqual([])
  })
})
