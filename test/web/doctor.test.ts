/** What `crashkeep doctor` foretells for a header is what a real Chromium does with it. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { crash, launchChromium } from '../harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { type CrashSite, startCrashSite } from '../harness/crash-site.ts'
import { type Gate, startGate } from '../harness/gate.ts'
import { run } from '../harness/programs.ts'
import { type Certificate, selfSigned } from '../harness/self-signed.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

/** Reports were seen within 100 ms; after this long none comes any more. */
const silenceMs = 3_000
const commandTimeoutMs = 240_000
const deliveryTimeoutMs = 60_000
const openSslTimeoutMs = 60_000

interface Examined {
  readonly status: number | null
  readonly delivers: boolean
  readonly codes: readonly string[]
  readonly crash: { readonly name: string; readonly reports: readonly { readonly url: string }[] } | null
}

describe('doctor', () => {
  const undo = undoAfterAll()
  let certificate: Certificate
  let server: TestedServer
  let gate: Gate
  let site: CrashSite
  let folder = ''

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'doctor')
    certificate = selfSigned(folder)
    const tls = ['--tls-cert', certificate.certPath, '--tls-key', certificate.keyPath]
    server = await startServer({ dataDir: join(folder, 'data'), arguments: tls, ca: certificate.cert })
    undo(() => server.stop())
    gate = await startGate(undo, certificate, server.url)
    site = await startCrashSite(undo, certificate)
  })

  const endpoint = (name: string) => `${gate.origin}${new URL(server.ingestUrl).pathname}?case=${name}`

  const examine = (url: string, ...more: string[]) => examineIn(process.env, [...more, url])

  function examineIn(env: NodeJS.ProcessEnv, words: readonly string[]): Promise<Examined> {
    const command = [join(root, 'packages/cli/dist/main.js'), 'doctor', '--json', '--ca', certificate.certPath, ...words]
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'], timeout: commandTimeoutMs, env })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (status) => {
        // The command's own output.
        const { delivers, findings, crash: crashed } = JSON.parse(output) as Examined & { findings: { code: string }[] }
        resolve({ status, delivers, codes: findings.map(({ code }) => code), crash: crashed })
      })
    })
  }

  test('foretells what a real browser does with each header', async () => {
    const e = endpoint
    const headers: Readonly<Record<string, string>> = {
      both: `crash-reporting="${e('both')}", default="${e('both')}"`,
      parameters: `default="${e('parameters')}";x=1;y="2"`,
      repeated: `default="/gone", default="${e('repeated')}"`,
      userinfo: `default="${e('userinfo').replace('https://', 'https://user:pw@')}#part"`,
      relative: `default="${e('relative').slice(gate.origin.length + 1)}"`,
      slashes: `default="${e('slashes').slice('https:'.length)}"`,
      token: `default="${e('token')}", csp=on`,
      list: `default="${e('list')}", csp=("a" "b")`,
      number: `foo=1, default="${e('number')}"`,
      capital: `Default="${e('capital')}"`,
      unquoted: `default=${e('unquoted')}`,
      comma: `default="${e('comma')}",`,
      blocked: `crash-reporting="x", default="${e('blocked')}"`,
      http: `default="${e('http').replace('https:', 'http:')}"`,
      others: `csp="${e('others')}"`,
    }
    const browser: Browser = await launchChromium({ home: join(folder, 'home'), arguments: ['--ignore-certificate-errors'] })
    undo(() => browser.close())
    const urlOf = (name: string) => site.page(`/${name}`, { headers: { 'reporting-endpoints': headers[name] ?? '' } })
    for (const name of Object.keys(headers)) {
      const page = await browser.newPage({ ignoreHTTPSErrors: true })
      await page.goto(urlOf(name))
      await crash(page)
    }
    const foretold: string[] = []
    for (const name of Object.keys(headers)) {
      const { delivers, status } = await examine(urlOf(name))
      expect(status).toBe(delivers ? 0 : 1)
      if (delivers) foretold.push(name)
    }
    expect(foretold).toEqual(['both', 'parameters', 'repeated', 'userinfo'])
    const arrived = () => Object.keys(headers).filter((name) => gate.posts(`case=${name}`).length > 0)
    await until('what was foretold', deliveryTimeoutMs, () => (foretold.every((name) => arrived().includes(name)) ? true : undefined))
    await delay(silenceMs)
    expect(arrived()).toEqual(foretold)
  })

  test('crashes a page in a browser of its own, shows the report, and leaves none in the project', async () => {
    const header = `crash-reporting="${endpoint('own')}", default="${endpoint('own')}"`
    const url = site.page('/own', {
      headers: { 'reporting-endpoints': header, 'document-policy': 'include-js-call-stacks-in-crash-reports' },
    })
    const examined = await examine(url, '--crash')
    expect(examined).toMatchObject({ status: 0, delivers: true, crash: { name: 'crash-reporting', reports: [{ type: 'crash', url }] } })
    expect(examined.codes).toEqual(['document_policy', 'preflight', 'delivered'])
    expect(gate.posts('case=own').map(({ body }) => body)).toEqual(['[]'])
    expect(JSON.parse((await server.ask('/api/v1/reports?project=default&query=own')).text)).toMatchObject({ items: [] })
  })

  test('sees in the browser what it foretold: nothing comes', async () => {
    const url = site.page('/never', { headers: { 'reporting-endpoints': `crash-reporting="x", default="${endpoint('never')}"` } })
    const examined = await examine(url, '--crash')
    expect(examined).toMatchObject({ status: 1, delivers: false, crash: null })
    expect(examined.codes).toEqual(expect.arrayContaining(['relative_url', 'blocks_default', 'not_delivered']))
  })

  test('tells of a server that keeps its intermediate certificate to itself', async () => {
    const { root: authority, leaf } = await unfinishedChain(join(folder, 'chain'))
    const lonely = await startCrashSite(undo, leaf)
    const url = lonely.page('/', { headers: { 'reporting-endpoints': `crash-reporting="https://localhost:${lonely.port}/r"` } })
    const { codes } = await examine(url, '--ca', authority)
    expect(codes).toEqual(expect.arrayContaining(['incomplete_chain', 'endpoint_incomplete_chain']))
  })

  test('says that there is no browser, or that one did not do', async () => {
    const url = site.page('/', { headers: { 'reporting-endpoints': `crash-reporting="${endpoint('none')}"` } })
    expect(await examine(url, '--crash', '--browser', '/bin/false')).toMatchObject({
      status: 1,
      codes: expect.arrayContaining(['browser_failed']),
    })
    const none = await examineIn({ PATH: '/nowhere' }, [url, '--crash'])
    expect(none).toMatchObject({ status: 1, codes: expect.arrayContaining(['browser_missing']) })
  })
})

/** A certificate whose authority is vouched for by another one that only it can show. */
async function unfinishedChain(folder: string): Promise<{ readonly root: string; readonly leaf: Certificate }> {
  mkdirSync(folder)
  const at = (name: string) => join(folder, name)
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder, timeout: openSslTimeoutMs })
  const key = ['-newkey', 'rsa:2048', '-nodes']
  writeFileSync(at('ca.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign')
  writeFileSync(at('leaf.ext'), 'subjectAltName=DNS:localhost')
  await openssl('req', '-x509', ...key, '-days', '2', '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Root')
  for (const [name, issuer, extension] of [
    ['middle', 'root', 'ca.ext'],
    ['leaf', 'middle', 'leaf.ext'],
  ]) {
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signed = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${extension}`]
    await openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed)
  }
  const [certPath, keyPath] = [at('leaf.pem'), at('leaf.key')]
  return { root: at('root.pem'), leaf: { certPath, keyPath, cert: readFileSync(certPath), key: readFileSync(keyPath) } }
}
