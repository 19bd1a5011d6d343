import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ReportDetail } from './api/schema.ts'
import { serve } from './serve.ts'
import type { ServeOptions, Server } from './serve-options.ts'

let data: string
const running: Server[] = []

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'crashkeep-serve-'))
})
afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.close()
  rmSync(data, { recursive: true, force: true })
})

async function start(options: ServeOptions = {}): Promise<Server> {
  const server = await serve({ port: 0, data, logLevel: 'silent', ...options })
  running.push(server)
  return server
}

const tokenOf = (server: Server) => server.loginUrl?.split('token=')[1] ?? ''

async function upload(address: string): Promise<string> {
  const form = new FormData()
  form.set('prod', 'Shop')
  form.set('upload_file_minidump', new Blob([synthDump({ threads: [{ id: 1 }] })]), 'a.dmp')
  const answer = await fetch(address, { method: 'POST', body: form })
  expect(answer.status).toBe(200)
  return answer.text()
}

async function processed(server: Server, id: string, token: string): Promise<ReportDetail> {
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/reports/${id}`, { headers: { authorization: `Bearer ${token}` } })
    const report = (await answer.json()) as ReportDetail // Our own API, held to its schema by its own tests.
    if (report.state === 'processed' || report.state === 'failed') return report
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('serve', () => {
  test('takes a crash at the printed address and shows it to whom follows the login link', async () => {
    const server = await start()
    const id = await upload((await server.ingestUrl('default')) ?? '')
    expect(await processed(server, id, tokenOf(server))).toMatchObject({ state: 'processed', product: 'Shop', dialect: 'crashpad' })
    expect(server.loginUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login#token=[\w-]{43}$/)
    expect(await server.ingestUrl('nowhere')).toBeUndefined()
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('crashkeep_accepted{dialect="crashpad"} 1')
    expect(metrics).toContain('crashkeep_processed_total{outcome="processed"} 1')
  })

  test('keeps everything over a restart', async () => {
    const first = await start()
    const id = await upload((await first.ingestUrl('default')) ?? '')
    await processed(first, id, tokenOf(first))
    await first.close()
    running.length = 0
    const second = await start()
    expect(tokenOf(second)).toBe(tokenOf(first))
    expect(await processed(second, id, tokenOf(second))).toMatchObject({ id, state: 'processed' })
  })

  test('ends the process of a report that takes more than it may, and goes on', async () => {
    const server = await start({ processTimeMs: 0 })
    const id = await upload((await server.ingestUrl('default')) ?? '')
    const token = tokenOf(server)
    for (;;) {
      const answer = await fetch(`${server.url}/api/v1/reports/${id}`, { headers: { authorization: `Bearer ${token}` } })
      const { problems, state } = (await answer.json()) as ReportDetail // As above.
      if (problems.length === 0 && state !== 'processed') continue
      expect(problems).toMatchObject([{ code: 'processor_time' }])
      break
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })

  test('splits into collector, processor and API that meet in spool and store', async () => {
    const collector = await start({ role: 'collector' })
    const api = await start({ role: 'api' })
    const token = tokenOf(api)
    const id = await upload((await collector.ingestUrl('default')) ?? '')
    expect((await fetch(`${collector.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404)
    const key = ((await api.ingestUrl('default')) ?? '').split('/i/')[1]
    expect((await fetch(`${api.url}/i/${key}`, { method: 'POST', body: 'x' })).status).toBe(404)
    await start({ role: 'processor' })
    expect(await processed(api, id, token)).toMatchObject({ id, state: 'processed' })
  })

  test('refuses a second collector on one data folder, and lets go of what it had opened', async () => {
    const server = await start()
    await expect(serve({ port: 0, data, logLevel: 'silent' })).rejects.toMatchObject({ code: 'spool_in_use' })
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
  })

  test('says what is wrong with half a certificate', async () => {
    await expect(serve({ port: 0, data, logLevel: 'silent', tlsCert: 'cert.pem' })).rejects.toThrow('--tls-key')
  })

  test.skipIf(!existsSync('/usr/bin/openssl'))('speaks TLS itself, and marks its cookie as secure (needs openssl)', async () => {
    const [cert, key] = [join(data, 'cert.pem'), join(data, 'key.pem')]
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const server = await start({ tlsCert: cert, tlsKey: key })
    expect(server.url).toMatch(/^https:/)
    const body = JSON.stringify({ token: tokenOf(server) })
    const cookie = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', origin: server.url }
      const sent = request(`${server.url}/api/v1/session`, { method: 'POST', rejectUnauthorized: false, headers }, (answer) => {
        answer.resume()
        resolve(String(answer.headers['set-cookie']))
      })
      sent.on('error', reject)
      sent.end(body)
    })
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Strict/)
  })

  test('removes what killed servers left in tmp, and nothing younger', async () => {
    const old = join(data, 'tmp', 'process-1-old')
    mkdirSync(old, { recursive: true })
    writeFileSync(join(old, 'result.json'), '{}')
    utimesSync(old, 0, 0)
    mkdirSync(join(data, 'tmp', 'symbols-young'))
    await start({ role: 'api' })
    // The server may have made folders of its own by now.
    expect(['process-1-old', 'symbols-young'].filter((name) => existsSync(join(data, 'tmp', name)))).toEqual(['symbols-young'])
  })

  test('knows its pages from a folder, hashed ones for ever', async () => {
    const webRoot = join(data, 'web')
    mkdirSync(join(webRoot, 'assets'), { recursive: true })
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Crashkeep</title>')
    writeFileSync(join(webRoot, 'assets', 'index-BxQ3f9aK.js'), `export const a = '${'x'.repeat(2000)}'`)
    const server = await start({ role: 'api', webRoot })
    const page = await fetch(`${server.url}/p/default/r/1`)
    expect(await page.text()).toContain('<title>Crashkeep')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const script = await fetch(`${server.url}/assets/index-BxQ3f9aK.js`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(script.headers.get('content-encoding')).toBe('gzip')
    expect((await script.text()).length).toBe(2019)
    const again = await fetch(`${server.url}/p/default`, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect((await fetch(`${server.url}/assets/..%2f..%2fadmin-token`)).status).toBe(404)
  })
})
