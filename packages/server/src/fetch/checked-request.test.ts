import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkedRequest, type Resolve } from './checked-request.ts'
import { isPublicAddress } from './public-address.ts'

let inner: Server
let port = 0
let reached = 0
beforeAll(async () => {
  inner = createServer((_, response) => {
    reached += 1
    response.end('secret')
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  port = (inner.address() as AddressInfo).port
})
afterAll(() => inner.close())

const named =
  (...addresses: readonly string[]): Resolve =>
  (_, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
const ask = (resolve: Resolve, mayConnect = isPublicAddress) =>
  checkedRequest(new URL(`http://symbols.example.com:${port}/`), { mayConnect, resolve, signal: AbortSignal.timeout(20_000) })

describe('a name that leads into the own network', () => {
  it.each([
    ['alone', ['127.0.0.1']],
    ['beside a public address', ['192.0.2.1', '8.8.8.8']],
    ['behind a public address', ['8.8.8.8', '127.0.0.1']],
    ['as IPv6 that holds IPv4', ['::ffff:127.0.0.1']],
    ['through a translator of IPv6', ['64:ff9b::7f00:1']],
    ['through a tunnel of IPv6', ['2002:7f00:1::']],
    ['of its own IPv6 range', ['fd00::1']],
  ])('is refused: %s', async (_, addresses) => {
    await expect(ask(named(...addresses))).rejects.toMatchObject({
      code: 'refused_address',
      message: expect.stringContaining('no public server'),
    })
    expect(reached).toBe(0)
  })

  it('has no second answer: what was checked is what is connected to', async () => {
    const asked: string[] = []
    const rebinding: Resolve = (host, options, done) => {
      asked.push(host)
      named(asked.length === 1 ? '127.0.0.1' : '10.0.0.1')(host, options, done)
    }
    const response = await ask(rebinding, (address) => address === '127.0.0.1')
    response.destroy()
    expect([response.statusCode, asked]).toEqual([200, ['symbols.example.com']])
    await expect(ask(rebinding, (address) => address === '127.0.0.1')).rejects.toMatchObject({ code: 'refused_address' })
    expect(reached).toBe(1)
  })

  it('is told of as such when there is no such name', async () => {
    const nobody: Resolve = (_, _options, done) => done(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), [])
    await expect(ask(nobody)).rejects.toMatchObject({ code: 'failed', message: 'there is no such server name' })
    await expect(ask(named())).rejects.toMatchObject({ code: 'refused_address' })
  })
})
