import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import { isPublicAddress } from './public-address.ts'
import { publicGet } from './public-get.ts'
import { SourceMapFetcher } from './source-map-fetcher.ts'

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ...['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255'].map(
    (address): [string, boolean] => [address, false],
  ),
  ...[
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'ff02::1',
  ].map((address): [string, boolean] => [address, false]),
  ['localhost', false],
  ['', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected)
})

test.each(['http://example.com/', 'https://127.0.0.1:1/', 'https://[::1]:1/', 'https://localhost:1/', 'https://2130706433:1/'])(
  'does not connect to %s',
  async (url) => {
    await expect(publicGet(new URL(url), { maxBytes: 10, timeoutMs: 1000 })).rejects.toThrow(/not https|no public/)
  },
)

const sourceMap = { version: 3, sources: ['cart.ts'], names: [], mappings: 'AAAA' }
const folder = mkdtempSync(join(tmpdir(), 'crashkeep-fetch-'))
const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
let hasOpenssl = true
try {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyPath, '-out', certPath, ...subject], {
    stdio: 'ignore',
  })
} catch {
  hasOpenssl = false
}
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!hasOpenssl)('fetching source maps (needs openssl)', () => {
  let web: Server
  let origin = ''
  let asked: string[] = []
  let server: TestServer
  let fetcher: SourceMapFetcher
  const ca = hasOpenssl ? readFileSync(certPath, 'utf8') : ''

  beforeAll(async () => {
    web = createServer({ cert: ca, key: readFileSync(keyPath) }, ({ url }, response) => {
      asked.push(url ?? '')
      if (url === '/app.js') response.end('code()\n//# sourceMappingURL=maps/app.js.map\n')
      else if (url === '/by-header.js') response.setHeader('sourcemap', '/maps/app.js.map').end('code()')
      else if (url === '/elsewhere.js') response.end('//# sourceMappingURL=https://other.example/x.map')
      else if (url === '/moved.js') response.writeHead(302, { location: '/app.js' }).end()
      else if (url === '/maps/app.js.map') response.end(JSON.stringify(sourceMap))
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    origin = `https://localhost:${(web.address() as AddressInfo).port}`
  })
  afterAll(() => web.close())
  afterEach(() => server.close())

  async function fetched(paths: readonly string[], origins: readonly string[] = [origin]): Promise<(string | undefined)[]> {
    asked = []
    server = await testServer()
    const [project] = await server.store.ledger.projects()
    const projectId = project?.id ?? 0
    await server.store.ledger.updateProject(projectId, { settings: { sourceMapOrigins: [...origins] } })
    fetcher = new SourceMapFetcher({
      store: server.store,
      tmpFolder: join(server.folder, 'tmp'),
      found: () => undefined,
      log: { info: () => undefined },
      get: { mayConnect: (address) => address === '127.0.0.1', ca },
    })
    for (const path of paths) fetcher.want({ projectId, url: `${origin}${path}`, release: '1' })
    await fetcher.drained()
    return Promise.all(paths.map((path) => server.store.sourceMaps.find(projectId, { path: path.slice(1), release: '1' })))
  }

  test('follows the last line of a script, or its header', async () => {
    expect((await fetched(['/app.js', '/by-header.js'])).map((path) => path !== undefined)).toEqual([true, true])
  })

  test('asks nobody whom the project does not name', async () => {
    expect(await fetched(['/app.js'], [])).toEqual([undefined])
    expect(asked).toEqual([])
  })

  test('leaves alone maps of other origins, redirects, and scripts that are not there', async () => {
    expect(await fetched(['/elsewhere.js', '/moved.js', '/gone.js'])).toEqual([undefined, undefined, undefined])
    expect(asked).toEqual(['/elsewhere.js', '/moved.js', '/gone.js'])
  })

  test('asks once for a script, however many reports name it', async () => {
    await fetched(['/gone.js', '/gone.js', '/gone.js'])
    expect(asked).toEqual(['/gone.js'])
  })
})
