import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { postBytes } from './post-bytes.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers)
  closing.push(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const post = (url: string, bytes: Buffer, signal = AbortSignal.timeout(30_000)) =>
  postBytes(url, { headers: { 'Content-Type': 'text/x' }, bytes: new Blob([Uint8Array.from(bytes)]), signal })

test('all bytes arrive, and the answer comes back whatever its status', async () => {
  const bytes = randomBytes(3_500_000)
  const url = await serverThat(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    response.writeHead(422).end(`${request.method} ${request.headers['content-type']} ${body.equals(bytes)}`)
  })
  expect(await post(url, bytes)).toEqual({ status: 422, text: 'POST text/x true' })
})

test('an answer that comes before the body was read is an answer', async () => {
  const url = await serverThat((_request, response) => response.writeHead(413).end('too large'))
  expect(await post(url, Buffer.alloc(1_000_000))).toEqual({ status: 413, text: 'too large' })
})

test('a connection that breaks, and a time that is over, reject', async () => {
  await expect(post(await serverThat((request) => request.socket.destroy()), Buffer.alloc(10))).rejects.toThrow()
  await expect(post(await serverThat(() => undefined), Buffer.alloc(10), AbortSignal.timeout(50))).rejects.toThrow()
})
