/** minidump, symbols and stackwalk run unchanged in a browser and print there what they print in Node. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { bytesSource, readMinidump } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { formatJson, processMinidump } from '@crashkeep/stackwalk'
import { openBreakpadSymbols, type SymbolSupplier, bytesSource as symbolBytes } from '@crashkeep/symbols'
import { folderSymbols } from '@crashkeep/symbols/node'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'

const fixtures = join(import.meta.dirname, '../../shared/fixtures')

const undo = undoAfterAll()
/** What the page may fetch, by path. */
const served = new Map<string, () => Uint8Array | string>()
let page: Page
let origin: string

beforeAll(async () => {
  const server = createServer((request, response) => {
    const body = served.get(decodeURIComponent(request.url ?? ''))
    if (body === undefined) return response.writeHead(404).end()
    const type = request.url?.endsWith('.js') ? 'text/javascript' : request.url === '/' ? 'text/html' : 'application/octet-stream'
    return response.writeHead(200, { 'content-type': type }).end(body())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo(() => server.close())
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const script = await workerScript()
  served.set('/', () => '<!doctype html><title>walk</title>')
  served.set('/worker.js', () => script)
  const browser: Browser = await launchChromium({ home: temporaryFolder(undo, 'walker') })
  undo(() => browser.close())
  page = await browser.newPage()
  await page.goto(origin)
})

async function workerScript(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, 'programs/walk-worker.ts'), formats: ['es'], fileName: 'worker' },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []))
  return outputs.flatMap((output) => (output.type === 'chunk' ? [output.code] : [])).join('\n')
}

interface Answer {
  readonly json?: string
  readonly error?: string
}

/** Fetches the files into Blobs and lets a new Worker walk them. */
function walkInPage(dump: string, symbols: readonly string[]): Promise<Answer> {
  return page.evaluate(
    async ([dumpPath, symbolPaths]) => {
      const blob = async (path: string) => (await fetch(path)).blob()
      const worker = new Worker('/worker.js', { type: 'module' })
      const files = await Promise.all(symbolPaths.map(blob))
      const answer = new Promise<Answer>((resolve, reject) => {
        worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => resolve(data))
        worker.addEventListener('error', (event) => reject(new Error(event.message)))
      })
      worker.postMessage({ dump: await blob(dumpPath), symbols: files })
      return answer.finally(() => worker.terminate())
    },
    [dump, symbols] as const,
  )
}

/** Where symbols came from has another name in a page. */
function withoutPlaces(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => (key === 'symbols' ? undefined : value))
}

describe('a walk inside Chromium', () => {
  const base = 0x4000_0000n
  const start = 0x7ffe_0000_0000n
  const buildId = '00112233445566778899aabbccddeeff00112233'
  const context = { registers: { rip: base + 0x1005n, rsp: start, rbp: start } }
  const dump = synthDump({
    modules: [{ baseAddress: base, size: 0x10000, name: '/opt/app', buildId }],
    threads: [{ id: 7, name: 'main', context, stack: stack(start, [0, base + 0x2001n, 0, 0]) }],
    exception: { threadId: 7, code: 11, flags: 1, address: 8n, context },
  })
  const symbols = [
    'MODULE Linux x86_64 33221100554477668899AABBCCDDEEFF0 app',
    'FILE 0 /src/näme.cc',
    'FUNC 1000 100 0 crash()',
    '1000 100 42 0',
    'FUNC 2000 100 0 main',
    'STACK CFI INIT 1000 100 .cfa: $rsp 16 + .ra: .cfa -8 + ^',
    '',
  ].join('\n')

  test('prints what Node prints, with the names of a symbol file that is a Blob', async () => {
    served.set('/dump', () => dump)
    served.set('/app.sym', () => symbols)
    const supplier: SymbolSupplier = {
      find: () => ({ state: 'loaded', symbols: openBreakpadSymbols(symbolBytes(new TextEncoder().encode(symbols))), from: 'here' }),
    }
    const { json = '', error } = await walkInPage('/dump', ['/app.sym'])
    expect(error).toBeUndefined()
    expect(withoutPlaces(json)).toEqual(withoutPlaces(formatJson(processMinidump(readMinidump(bytesSource(dump)), { symbols: supplier }))))
    expect(JSON.parse(json).threads[0].frames.map((frame: { function: string }) => frame.function)).toEqual(['crash()', 'main'])
    expect(JSON.parse(json).threads[0].frames[0].file).toBe('/src/näme.cc')
  })

  test('without symbols says so, and a file that is no dump is one sentence', async () => {
    served.set('/dump', () => dump)
    served.set('/note', () => 'Buy milk.')
    const { json = '' } = await walkInPage('/dump', ['/note'])
    expect(JSON.parse(json).modules[0].symbols).toEqual({ state: 'missing', looked: ['1 given files'] })
    expect((await walkInPage('/note', [])).error).toMatch(/MDMP/)
  })
})

describe.skipIf(!existsSync(fixtures))('a walk inside Chromium of real dumps (needs ../shared fixtures)', () => {
  const under = (folder: string, ending: string) =>
    readdirSync(join(fixtures, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name))

  test('prints the same JSON for every one of them', async () => {
    const symbolFiles = under('symbols', '.sym')
    const dumps = under('dumps', '.dmp').filter((name) => existsSync(join(fixtures, name.replace('dumps', 'expected'), 'rust.json.gz')))
    for (const name of [...symbolFiles, ...dumps]) served.set(`/${name}`, () => readFileSync(join(fixtures, name)))
    expect(dumps.length).toBeGreaterThan(50)
    // All of them at once make the page hold 85 MB; the modules of a dump are in few.
    for (const name of dumps) {
      const source = fileSource(join(fixtures, name))
      const dump = readMinidump(source)
      const ids = new Set(dump.modules.map((module) => module.debugId))
      const needed = symbolFiles.filter((file) => file.split('/').some((part) => ids.has(part)))
      const symbols = folderSymbols(needed.map((file) => join(fixtures, file)))
      const expected = formatJson(processMinidump(dump, { symbols }))
      symbols.close()
      source.close()
      const paths = needed.map((file) => `/${file.split('/').map(encodeURIComponent).join('/')}`)
      const { json = '', error } = await walkInPage(`/${encodeURI(name)}`, paths)
      expect(error, name).toBeUndefined()
      expect(withoutPlaces(json), name).toEqual(withoutPlaces(expected))
    }
  }, 600_000)
})
