/**
 * BugSplat's own clients, unmodified. They make the address of the name of a database, which is the project's key here: a proxy leads
 * `KEY.bugsplat.com` to this server, as a name server would. The newest also takes an address from its environment.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { startHttpsProxy } from '../harness/https-proxy.ts'
import { installClients, runClient } from '../harness/peer-clients.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { zipOf } from '../harness/zip.ts'

const processingTimeoutMs = 60_000
const openSslTimeoutMs = 60_000

describe("BugSplat's clients", () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let folder: string
  let key: string
  let environment: Record<string, string>

  beforeAll(async () => {
    await installClients()
    folder = temporaryFolder(undo, 'bugsplat')
    const [cert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:*.bugsplat.com']
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', tlsKey, '-out', cert, ...names]
    execFileSync('openssl', made, { stdio: 'ignore', timeout: openSslTimeoutMs })
    server = await startServer({
      dataDir: join(folder, 'data'),
      arguments: ['--tls-cert', cert, '--tls-key', tlsKey],
      ca: readFileSync(cert),
    })
    undo(() => server.stop())
    key = server.ingestUrl.split('/').at(-1) ?? ''
    const proxy = await startHttpsProxy(Number(new URL(server.url).port))
    undo(() => proxy.close())
    writeFileSync(join(folder, 'shop.log'), 'a line of the log')
    environment = { NODE_EXTRA_CA_CERTS: cert, DATABASE: key, LOG: join(folder, 'shop.log') }
    environment = { ...environment, NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1,localhost' }
  })

  test('bugsplat-node sends an error with its stack, user and files', async () => {
    const said = await runClient('bugsplat', { ...environment, CLIENT: 'node' })
    expect(said).toMatchObject({ failure: null, response: { status: 'success' } })
    const report = await server.finishedReport(crashId(said), processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'javascript', dialect: 'bugsplat', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.signature).toBe('TypeError | total (bugsplat.cjs)')
    expect(report.fields).toMatchObject({ user: 'Ann', email: 'ann@example.com', description: 'it broke' })
    expect((report.processed as ProcessedBrowserCrash).stack[0]).toMatchObject({ function: 'total' })
    expect(report.attachments.map(({ name }) => name)).toEqual(['report', 'shop.log'])
  })

  test('bugsplat 9 sends to an address below the project, with attributes and feedback', async () => {
    const urls = {
      BUGSPLAT_CRASH_POST_URL: `${server.ingestUrl}/post/js/`,
      BUGSPLAT_FEEDBACK_POST_URL: `${server.ingestUrl}/post/feedback/`,
    }
    const said = await runClient('bugsplat', { ...environment, ...urls, DATABASE: 'any-name', CLIENT: 'newest' })
    expect(said).toMatchObject({ failure: null, response: { status: 'success' }, feedback: null })
    const report = await server.finishedReport(crashId(said), processingTimeoutMs)
    expect(report.fields).toMatchObject({ phase: 'checkout', product: 'shop' })
  })

  test('@bugsplat/js-api-client uploads a zip with a dump in three steps', async () => {
    const dump = join(folder, 'crash.zip')
    const bytes = Buffer.from(synthDump({ threads: [{ id: 1, context: { registers: { rip: 0x401000n, rsp: 0x1000n } } }] }))
    writeFileSync(dump, zipOf({ 'crash.dmp': bytes, 'shop.log': Buffer.from('a line of the log') }))
    const said = await runClient('bugsplat', { ...environment, CLIENT: 'upload', DUMP: dump })
    expect(said).toMatchObject({ status: 200, json: { status: 'success' } })
    const report = await server.finishedReport(String((said as { json: { crashId: number } }).json.crashId), processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'minidump', dialect: 'bugsplat', product: 'shop', version: '2.0.0' })
    expect(report.fields).toMatchObject({ phase: 'checkout' })
    expect(report.attachments.map(({ name, size }) => [name, size])).toEqual([
      ['upload_file_minidump', bytes.length],
      ['shop.log', 17],
    ])
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})

function crashId(said: unknown): string {
  return String((said as { response: { crash_id: number } }).response.crash_id)
}
