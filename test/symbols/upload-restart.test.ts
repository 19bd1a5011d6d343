/** Uploads in several steps go on where they were when the server is killed between two of them. */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request as ask, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { SymbolModulePage, TokenCreated } from '@crashkeep/server/api-types'
import { expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { type Exchange, exchange } from '../harness/http.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const patienceMs = 60_000
const undo = undoAfterAll()

const sym = (name: string, debugId: string) => Buffer.from(`MODULE Linux x86_64 ${debugId} ${name}\nFUNC 1000 100 0 ${name}::run()\n`)
const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex')

function form(
  fields: Readonly<Record<string, string>>,
  file?: { readonly field: string; readonly name: string; readonly bytes: Buffer },
): Exchange {
  const boundary = 'crashkeep-restart'
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  if (file !== undefined) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${file.name}"\r\n\r\n`
    parts.push(Buffer.concat([Buffer.from(head), file.bytes, Buffer.from('\r\n')]))
  }
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
  return { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

test('pieces of sentry-cli, files of BugSplat and of sym_upload, and addresses that were handed out, outlive a kill', async () => {
  const dataDir = join(temporaryFolder(undo, 'upload-restart'), 'data')
  let server: TestedServer = await startServer({ dataDir })
  undo(() => server.stop())
  const restart = async () => {
    await server.kill()
    server = await startServer({ dataDir })
  }
  const body = Buffer.from('{"name":"ci","scopes":["upload-symbols"],"projects":["default"]}')
  const created = await server.ask('/api/v1/tokens', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  const { secret } = JSON.parse(created.text) as TokenCreated
  const ask = async (path: string, options: Exchange) => {
    const answer = await exchange(`${server.url}${path}`, {
      ...options,
      headers: { authorization: `Bearer ${secret}`, ...options.headers },
    })
    expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(300)
    return answer
  }
  const onThisServer = (url: string) => new URL(url).pathname + new URL(url).search

  const [pieced, splat, google] = [sym('pieced', 'A'.repeat(33)), sym('splat', 'B'.repeat(33)), sym('google', 'C'.repeat(33))]
  const pieces = [pieced.subarray(0, 20), pieced.subarray(20)]
  for (const bytes of pieces) await ask('/api/0/organizations/any/chunk-upload/', form({}, { field: 'file', name: sha1(bytes), bytes }))
  const told = {
    database: 'default',
    appName: 'shop',
    appVersion: '1',
    symFileName: 'splat.sym',
    moduleName: 'splat',
    dbgId: 'B'.repeat(33),
  }
  const { url: place } = JSON.parse((await ask('/symsrv/uploadUrl', form(told))).text) as { url: string }
  const opened = (await ask(`/sym-upload/default/v1/uploads:create?key=${secret}`, { method: 'POST', body: Buffer.alloc(0) })).text
  const uploadUrl = /"uploadUrl": "([^"]+)"/.exec(opened)?.[1] ?? ''
  const uploadKey = /"uploadKey": "([^"]+)"/.exec(opened)?.[1] ?? ''

  await restart()
  await ask(onThisServer(place), { method: 'PUT', body: splat })
  await ask(onThisServer(uploadUrl), { method: 'PUT', body: google })

  await restart()
  const announced = { [sha1(pieced)]: { name: 'pieced.sym', chunks: pieces.map(sha1) } }
  const assemble = async () => {
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(announced)) }
    const answer = await ask('/api/0/projects/any/default/files/difs/assemble/', json)
    return (JSON.parse(answer.text) as Record<string, { state: string; missingChunks: string[] }>)[sha1(pieced)]
  }
  expect(await assemble()).toMatchObject({ missingChunks: [] })
  await until('the pieces to be one file', patienceMs, async () => ((await assemble())?.state === 'ok' ? true : undefined))
  expect(JSON.parse((await ask('/symsrv/uploadComplete', form(told))).text)).toMatchObject({ Status: 'Success' })
  const complete = {
    method: 'POST',
    body: Buffer.from(`{ symbol_id: {debug_file: "google", debug_id: "${'C'.repeat(33)}" }, symbol_upload_type: "BREAKPAD" }`),
  }
  expect((await ask(`/sym-upload/default/v1/uploads/${uploadKey}:complete?key=${secret}`, complete)).text).toContain('"result": "OK"')

  const stored = await server.ask('/api/v1/symbols?project=default&stored=true')
  expect((JSON.parse(stored.text) as SymbolModulePage).items.map(({ debugFile }) => debugFile)).toEqual(['google', 'pieced', 'splat'])
})

/** Before a server: lets the first piece of a file through and holds the others, until it is told to let all through. */
async function pieceGate(target: () => number) {
  let [holds, pieces] = [true, 0]
  const first = Promise.withResolvers<void>()
  const gate = createServer((incoming, outgoing) => {
    if (incoming.url?.includes('/symbols/pieces') === true && ++pieces > 1 && holds) return
    const { method = 'GET', url = '/', headers } = incoming
    const onward = ask({ host: '127.0.0.1', port: target(), method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing).on('finish', () => pieces === 0 || first.resolve())
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  undo(() => new Promise<void>((resolve) => gate.close(() => resolve()).closeAllConnections()))
  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    firstPassed: first.promise,
    letAllThrough: () => {
      holds = false
      pieces = 0
    },
    pieces: () => pieces,
  }
}

test('a large file of our own command goes on behind the pieces that arrived when command and server were killed', async () => {
  const folder = temporaryFolder(undo, 'upload-pieces')
  const dataDir = join(folder, 'data')
  let server: TestedServer = await startServer({ dataDir })
  undo(() => server.stop())
  const debugId = 'D'.repeat(33)
  const path = join(folder, 'large.sym')
  const lines = Array.from(
    { length: 200_000 },
    (_, number) => `PUBLIC ${(number * 16).toString(16)} 0 n${randomBytes(60).toString('hex')}\n`,
  )
  const text = `MODULE Linux x86_64 ${debugId} large\n${lines.join('')}`
  await writeFile(path, text)
  const gate = await pieceGate(() => Number(new URL(server.url).port))
  const upload = () =>
    spawn(
      process.execPath,
      [join(root, 'packages/cli/dist/main.js'), 'symbols', 'upload', path, '--server', gate.url, '--token', server.token],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        // What the killed one leaves goes with the test's folder.
        env: { ...process.env, TMPDIR: folder },
      },
    )

  const cut = upload()
  await gate.firstPassed
  cut.kill('SIGKILL')
  await server.kill()
  server = await startServer({ dataDir })

  gate.letAllThrough()
  const again = upload()
  const [said, [status]] = await Promise.all([again.stdout.toArray(), once(again, 'exit')])
  expect([status, Buffer.concat(said).toString()]).toEqual([0, expect.stringContaining(`stored, large/${debugId}`)])
  // Two pieces in all.
  expect(gate.pieces()).toBe(1)
  const listed = await server.ask('/api/v1/symbols?project=default&stored=true')
  const sha256 = createHash('sha256').update(text).digest('hex')
  expect((JSON.parse(listed.text) as SymbolModulePage).items).toMatchObject([{ debugFile: 'large', file: { sha256 } }])
})
