import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connections } from './connections.ts'

/** Longer than any test may take: what waited for it would fail. */
const never = 3_600_000
/** A body that stands still for a second is cut off, one that moves never is. */
const limits = { graceMs: never, stalledLooks: 10, lookEveryMs: 100 }

describe('connections of a server that ends', () => {
  let app: FastifyInstance
  let connections: Connections
  let release: () => void
  let port: number
  const sockets: Socket[] = []

  beforeEach(async () => {
    app = Fastify({ forceCloseConnections: 'idle' })
    app.addContentTypeParser('*', async (_request: unknown, payload: AsyncIterable<Buffer>) => {
      let size = 0
      for await (const chunk of payload) size += chunk.length
      return size
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    app.get('/slow', async () => {
      await released
      return 'answered'
    })
    app.post('/', async (request) => `read ${request.body}`)
    connections = new Connections(app.server, { tls: false, limits })
    await app.listen({ host: '127.0.0.1', port: 0 })
    port = (app.server.address() as AddressInfo).port // It listens on a port, see above.
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    release()
    await app.close()
  })

  async function opened(text = ''): Promise<Socket> {
    const accepted = once(app.server, 'connection')
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    sockets.push(socket)
    await accepted
    if (text !== '') socket.write(text)
    return socket
  }

  async function end(): Promise<void> {
    connections.end()
    await app.close()
  }

  test('does not wait for one on which nothing was sent', async () => {
    await opened()
    await end()
  })

  test('does not wait for half the head of a request', async () => {
    await opened('POST / HTTP/1.1\r\nHost: a\r\n')
    await end()
  })

  test('does not wait for a body that has stopped coming', async () => {
    const arrived = once(app.server, 'request')
    await opened('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Length: 100\r\n\r\nhalf of it')
    await arrived
    await end()
  })

  test('cuts off a body that keeps coming when its grace is over', async () => {
    connections = new Connections(app.server, { tls: false, limits: { graceMs: 300, stalledLooks: never, lookEveryMs: 100 } })
    const arrived = once(app.server, 'request')
    const socket = await opened('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Length: 1000000\r\n\r\n')
    await arrived
    const dripping = setInterval(() => socket.write('.'), 20)
    const closed = once(socket, 'close')
    await end()
    await closed
    clearInterval(dripping)
  })

  test('answers a request whose body keeps coming, then ends its connection', async () => {
    const arrived = once(app.server, 'request')
    const socket = await opened('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Length: 8\r\n\r\n')
    await arrived
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    // Two seconds in all, a quarter of a second each: longer than a body may stand still.
    const dripping = (async () => {
      for (const letter of 'abcdefgh') {
        await new Promise((resolve) => setTimeout(resolve, 250))
        socket.write(letter)
      }
    })()
    const closed = once(socket, 'close')
    await end()
    await Promise.all([dripping, closed])
    expect(answer).toContain('read 8')
  })

  test('waits for an answer that is being made', async () => {
    const answer = new Promise<string>((resolve, reject) => {
      request({ port, path: '/slow', agent: false }, (incoming) => incoming.on('data', (chunk: Buffer) => resolve(chunk.toString())))
        .on('error', reject)
        .end()
    })
    await once(app.server, 'request')
    // Longer than a body may stand still.
    setTimeout(release, 1500)
    const ended = end()
    expect(await answer).toBe('answered')
    await ended
  })
})
