/** What small servers and scripts around them know beside the upload. */
import { createHmac } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zipOf } from '../../../../test/harness/zip.ts'
import { ApiProblem } from '../api/api-error.ts'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { expand } from '../symbols-in/expand.ts'
import { send, startCollector, type TestCollector } from './collector-for-tests.ts'
import { symbolWebhook } from './symbol-webhook.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const crash = multipart([{ name: 'prod', value: 'Shop' }, minidumpPart(Buffer.from('MDMP'))], 'b')
const keyless = { project: 'default', public: false }
const secret = 'a secret of some length'
const symbols = Buffer.from('MODULE Linux x86_64 33221100554477668899AABBCCDDEEFF0 app\nFUNC 10 10 0 main\n')

let collector: TestCollector
let folder: string
const added: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crashkeep-webhook-'))
  added.length = 0
  const webhook = symbolWebhook({
    secret,
    tmpFolder: folder,
    take: async (project, file, folder) => {
      const names: string[] = []
      for await (const leaf of expand(file, folder)) {
        if (leaf.kind !== 'symbols') continue
        added.push(`${project.slug} ${leaf.size}`)
        names.push('app/33221100554477668899AABBCCDDEEFF0')
      }
      if (names.length === 0) throw new ApiProblem('bad_symbols')
      return names
    },
  })
  collector = await startCollector({ keyless, webhook })
})
afterEach(async () => {
  expect(await readdir(folder)).toEqual([])
  await collector.close()
  await rm(folder, { recursive: true, force: true })
})

describe('small servers', () => {
  it('are answered for as each would answer', async () => {
    const cases: [string, RegExp, RegExp][] = [
      ['/post', /^text\/html/, /^[0-9a-f]{36}$/],
      ['/crashreports', /^application\/json/, /^\{"id":"[0-9a-f]{36}"\}$/],
      ['/', /^text\/plain/, /^[0-9a-f]{36}$/],
      ['/electron-crashes', /^text\/plain/, /^[0-9a-f]{36}$/],
    ]
    for (const [path, type, text] of cases) {
      const answer = await send(collector.port, path, { body: crash, headers: form })
      expect([path, answer.status, answer.headers['content-type'], answer.text]).toEqual([
        path,
        200,
        expect.stringMatching(type),
        expect.stringMatching(text),
      ])
      expect((await send(collector.port, path, { body: crash, headers: { ...form, origin: 'https://evil.example' } })).status).toBe(403)
    }
  })

  it("have their reports' pages lead to ours, whether there is such a report or not", async () => {
    const { headers, status } = await send(collector.port, `/view/${'0'.repeat(36)}`, { method: 'GET' })
    expect([status, headers.location]).toEqual([302, `/p/default/r/${'0'.repeat(36)}`])
    for (const id of ['..%2f..%2fx', '%0d%0ax', 'x', '//evil.example'])
      expect([id, (await send(collector.port, `/view/${id}`, { method: 'GET' })).status]).toEqual([id, 404])
  })
})

describe('symbols by webhook', () => {
  const post = (body: Buffer, headers: Record<string, string> = {}, signWith = secret) => {
    const signature = `sha256=${createHmac('sha256', signWith).update(body).digest('hex')}`
    const all = { 'content-type': 'application/octet-stream', 'x-hub-signature-256': signature, ...headers }
    return send(collector.port, '/webhook', { body, headers: all })
  }

  it('are taken when they are signed, alone or in a zip', async () => {
    expect((await post(symbols)).text).toBe('app/33221100554477668899AABBCCDDEEFF0\n')
    const zip = zipOf({ 'symbols/app/x/app.sym': symbols, 'README.md': Buffer.from('no symbols'), 'bad.sym': Buffer.from('x') })
    expect((await post(zip)).status).toBe(200)
    expect(added).toEqual([`default ${symbols.length}`, `default ${symbols.length}`])
  })

  it('are refused without a signature, with a wrong one, and when they are none', async () => {
    const refused = [
      await post(symbols, {}, 'another secret'),
      await post(symbols, { 'x-hub-signature-256': '' }),
      await post(symbols, { 'x-hub-signature-256': 'sha256=zz' }),
      await post(Buffer.from('nonsense')),
      await post(zipOf({ 'README.md': Buffer.from('x') })),
    ]
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 422, 422])
    expect(added).toEqual([])
  })

  it("are not fetched from where GitHub's payload says", async () => {
    const payload = Buffer.from(JSON.stringify({ action: 'published', release: { assets: [{ url: 'http://127.0.0.1:1/sym.zip' }] } }))
    const answer = await post(payload, { 'content-type': 'application/json' })
    expect([answer.status, answer.text]).toEqual([202, expect.stringContaining('not fetched')])
    expect((await post(payload, { 'content-type': 'application/json' }, 'wrong secret')).status).toBe(403)
  })

  it('have no address where no secret is set', async () => {
    await collector.close()
    collector = await startCollector({ keyless })
    expect((await post(symbols)).status).toBe(404)
  })
})
