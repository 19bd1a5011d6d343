import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { crashkeep, launcherFile, type RunningServer, startServer, temporaryFolder } from '../../testing/command.ts'
import { writeDump } from '../../testing/sample-crash.ts'

/** An unloaded machine stops in 0.1 s; the old waits that these tests are about took ten and more. */
const soonMs = 5000

let folder: ReturnType<typeof temporaryFolder>
let server: RunningServer
/** On a machine that has other things to do it takes as long as several starts. */
let boundMs = soonMs
const start = async (args: readonly string[] = [], command?: string[]) => {
  const began = performance.now()
  server = await startServer(join(folder.path, 'data'), args, command)
  boundMs = Math.max(soonMs, 3 * (performance.now() - began))
}

beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await server.stop('SIGKILL')
  folder.remove()
})

describe('crashkeep serve', () => {
  test('prints the address of the pages, a login and the ingest address, and how to send a first crash', async () => {
    await start()
    expect(server.greeting).toContain(`  pages   ${server.url}/\n`)
    expect(server.greeting).toMatch(/^ {2}log in {2}http:\/\/127\.0\.0\.1:\d+\/login#token=\S+$/m)
    expect(server.ingestUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/i\/[0-9a-f]{32}$/)
    expect(server.greeting).toContain(`crashkeep send ${server.ingestUrl} `)
  })

  test('ends with status 0 on Ctrl-C, on SIGTERM, and when both come at once', async () => {
    const ways: NodeJS.Signals[][] = [['SIGINT'], ['SIGTERM'], ['SIGINT', 'SIGINT'], ['SIGTERM', 'SIGINT', 'SIGTERM']]
    for (const signals of ways) {
      await start()
      const { status, signal, stderr, tookMs } = await server.stop(...signals)
      expect([signals, status, signal, stderr]).toEqual([signals, 0, null, ''])
      expect(tookMs).toBeLessThan(boundMs)
    }
  })

  test('ends while an upload stands still and a browser holds a connection on which it sent nothing', async () => {
    await start()
    const { hostname, port, pathname } = new URL(server.ingestUrl)
    const silent = connect(Number(port), hostname)
    const uploading = connect(Number(port), hostname)
    for (const socket of [silent, uploading]) socket.on('error', () => undefined)
    const head = ['Host: a', 'Content-Type: multipart/form-data; boundary=b', 'Content-Length: 100000', 'Expect: 100-continue']
    uploading.write(`POST ${pathname} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
    // The server says so when it has begun with the request.
    await new Promise((resolve) => uploading.once('data', resolve))
    uploading.write('--b\r\nContent-Disposition: form-data; name="prod"\r\n\r\nHalf of')
    const { status, signal, tookMs } = await server.stop('SIGTERM')
    expect([status, signal]).toEqual([0, null])
    expect(tookMs).toBeLessThan(boundMs)
  })

  test('keeps what it acknowledged just before it was stopped', async () => {
    await start()
    const dump = writeDump(join(folder.path, 'app.dmp'))
    const sent = await crashkeep(['send', server.ingestUrl, dump])
    expect(sent).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[0-9a-f]{36}\n$/) })
    expect(await server.stop('SIGTERM')).toMatchObject({ status: 0 })
    await start()
    const listed = await crashkeep(['project', 'list', '--json', ...server.connection])
    expect(JSON.parse(listed.stdout)).toMatchObject([{ slug: 'default', reports: 1 }])
  })

  test('refuses a second server on its data folder with one sentence', async () => {
    await start()
    const second = await crashkeep(['serve', '--port', '0', '--data', server.data])
    expect(second).toMatchObject({ status: 1, stderr: expect.stringMatching(/^crashkeep: [^\n]*data folder[^\n]*\n$/) })
  })

  const oldNode = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' }).stdout ?? ''
  const isOld = Number(/^v(\d+)/.exec(oldNode)?.[1] ?? 99) < 24
  test.skipIf(!isOld)("passes signals on when the launcher runs on the machine's old Node (needs an old /usr/bin/node)", async () => {
    await start([], ['/usr/bin/node', launcherFile])
    const { status, tookMs } = await server.stop('SIGTERM')
    expect(status).toBe(0)
    expect(tookMs).toBeLessThan(boundMs)
  })
})
