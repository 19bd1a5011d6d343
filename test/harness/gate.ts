/** An https address in front of the server: it remembers what browsers send, passes it on, and may be told to answer something else. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Undo } from './cleanup.ts'
import { exchange } from './http.ts'
import type { Certificate } from './self-signed.ts'

export interface GateRequest {
  readonly method: string
  /** `/i/KEY?case=…` */
  readonly url: string
  readonly body: string
  readonly status: number
  /** When its body was there, and when the server had answered it. */
  readonly at: number
  readonly answeredAt: number
}

export interface Gate {
  readonly origin: string
  readonly requests: readonly GateRequest[]
  /** Of requests whose address has this part. */
  posts(part: string): readonly GateRequest[]
  /** From now on for addresses with this part; the number of requests that it is for. */
  disturb(part: string, how: Disturbance, times?: number): void
}

/** `refuse`: 500, and the server hears nothing. `forget`: the server hears it, the browser is told 500. `mute`: no CORS headers on the preflight. */
export type Disturbance = 'refuse' | 'forget' | 'mute'

export async function startGate(undo: Undo, { cert, key }: Certificate, serverOrigin: string): Promise<Gate> {
  const requests: GateRequest[] = []
  const disturbances: { part: string; how: Disturbance; times: number }[] = []
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { method = 'GET', url = '/' } = request
      const at = Date.now()
      const body = Buffer.concat(chunks)
      const disturbance = disturbances.find(
        ({ part, how, times }) => times > 0 && url.includes(part) && (how === 'mute') === (method === 'OPTIONS'),
      )
      if (disturbance !== undefined) disturbance.times -= 1
      const { 'content-type': type, origin, 'user-agent': agent } = request.headers
      const headers = { ...(type && { 'content-type': type }), ...(origin && { origin }), ...(agent && { 'user-agent': agent }) }
      const answer =
        disturbance?.how === 'refuse' ? undefined : await exchange(`${serverOrigin}${url}`, { method, headers, body, ca: cert })
      const status = answer === undefined || disturbance?.how === 'forget' ? 500 : answer.status
      requests.push({ method, url, body: body.toString('utf8'), status, at, answeredAt: Date.now() })
      for (const [name, value] of Object.entries(answer?.headers ?? {}))
        if (name.startsWith('access-control-') && disturbance?.how !== 'mute' && value !== undefined) response.setHeader(name, value)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    // Listening on a port, so the address is not a path.
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    posts: (part) => requests.filter(({ method, url }) => method === 'POST' && url.includes(part)),
    disturb: (part, how, times = Number.POSITIVE_INFINITY) => disturbances.push({ part, how, times }),
  }
}
