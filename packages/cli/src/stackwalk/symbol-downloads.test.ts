import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { crashkeep, temporaryFolder } from '../../testing/command.ts'
import { debugId, symbolText, writeDump } from '../../testing/sample-crash.ts'
import { SymbolDownloads } from './symbol-downloads.ts'

const folder = temporaryFolder()
const dump = writeDump(join(folder.path, 'app.dmp'))
const cache = join(folder.path, 'cache')
const temporary = join(folder.path, 'tmp')
const path = `/app/${debugId}/app.sym`

let requests: string[] = []
let answer = (_path: string, response: ServerResponse): void => {
  response.writeHead(404).end()
}
const server = createServer((request, response) => {
  requests.push(request.url ?? '')
  answer(request.url ?? '', response)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/symbols`

beforeEach(() => {
  requests = []
  rmSync(cache, { recursive: true, force: true })
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary)
})
afterAll(() => {
  server.close()
  folder.remove()
})

const walk = (...more: string[]) =>
  crashkeep(['stackwalk', '--json', '--symbols-url', url, '--symbols-cache', cache, '--symbols-tmp', temporary, ...more, dump])

describe('crashkeep stackwalk --symbols-url', () => {
  test('downloads what a stack needs, keeps it and asks no second time', async () => {
    answer = (_path, response) => response.end(symbolText)
    const first = JSON.parse((await walk()).stdout)
    expect(first.threads[0].frames[0].function).toBe('Widget::draw(int)')
    expect(requests).toEqual([`/symbols${path}`])
    expect(first.modules[0]).toMatchObject({ loaded_symbols: true, symbol_url: `${url}${path}` })
    expect(readFileSync(join(cache, path), 'utf8')).toBe(symbolText.replace('\n', `\nINFO URL ${url}${path}\n`))
    const second = JSON.parse((await walk()).stdout)
    expect(second).toEqual(first)
    expect(requests).toHaveLength(1)
    expect(readdirSync(temporary)).toEqual([])
  })

  test('says of each module what the server answered, and keeps nothing of it', async () => {
    answer = (_path, response) => response.writeHead(404).end('no')
    const missing = JSON.parse((await walk()).stdout)
    expect(missing.modules[0].symbols.looked).toContain(`${url}${path} (status 404)`)
    answer = (_path, response) => response.end('<html>not found</html>')
    const page = JSON.parse((await walk()).stdout)
    expect(page.modules[0].symbols.looked).toContain(`${url}${path} (the answer is no symbol file)`)
    expect([existsSync(join(cache, path)), readdirSync(temporary)]).toEqual([false, []])
  })

  test('asks the next server when one has nothing', async () => {
    answer = (asked, response) => (asked.startsWith('/symbols/') ? response.writeHead(500).end() : response.end(symbolText))
    const other = url.replace('/symbols', '/other/')
    const { stdout } = await walk('--symbols-url', other)
    expect(JSON.parse(stdout).modules[0].symbol_url).toBe(`${other}${path.slice(1)}`)
  })

  test('a download that breaks off or takes too long leaves no file', async () => {
    answer = (_path, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write(symbolText.slice(0, 30), () => response.destroy())
    }
    expect((await walk()).status).toBe(0)
    answer = (_path, response) => {
      response.write(symbolText)
    }
    const late = JSON.parse((await walk('--symbols-download-timeout-secs', '0.2')).stdout)
    expect(late.modules[0].symbols.looked.join()).toContain('it took too long')
    expect([existsSync(join(cache, path)), readdirSync(temporary)]).toEqual([false, []])
  })

  test('logs what it asked for', async () => {
    answer = (_path, response) => response.end(symbolText)
    expect((await walk('--verbose', 'info')).stderr).toBe(` INFO ${url}${path}: downloaded\n`)
  })
})

test('names from a dump are data in an address', async () => {
  answer = (_path, response) => response.writeHead(404).end()
  const downloads = new SymbolDownloads({
    urls: [url],
    cacheFolder: cache,
    temporaryFolder: temporary,
    timeoutMs: 60_000,
    log: () => undefined,
  })
  await downloads.fetchAll([{ debugFile: '../../a b?c#d%2e.pdb', debugId, codeFile: '', codeId: '' }], () => undefined)
  expect(requests).toEqual([`/symbols/a%20b%3Fc%23d%252e.pdb/${debugId}/a%20b%3Fc%23d%252e.sym`])
})
