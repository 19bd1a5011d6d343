/** One request, straight or through a proxy. */
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { type Environment, proxyFor } from './proxy.ts'

export interface RequestPlan {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly environment: Environment
  readonly signal: AbortSignal
}

/** The request, connected as far as a proxy wants it; its body is to be written. */
export async function openRequest(plan: RequestPlan): Promise<ClientRequest> {
  const proxy = proxyFor(plan.url, plan.environment)
  const options: RequestOptions = { method: 'POST', headers: { ...plan.headers }, agent: false, signal: plan.signal }
  if (proxy === undefined) return start(plan.url, options)
  const authorization = proxyAuthorization(proxy)
  if (plan.url.protocol === 'http:') {
    const headers = { ...plan.headers, Host: plan.url.host, ...(authorization && { 'Proxy-Authorization': authorization }) }
    return start(proxy, { ...options, path: plan.url.href, headers })
  }
  const tunnel = await openTunnel(proxy, plan, authorization)
  // Without an agent: one would not ask for this connection.
  const { agent, ...rest } = options
  const socket = tlsConnect({ socket: tunnel, servername: plan.url.hostname })
  socket.once('close', () => tunnel.destroy())
  return httpsRequest(plan.url, { ...rest, defaultPort: 443, createConnection: () => socket })
}

function start(url: URL, options: RequestOptions): ClientRequest {
  return url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
}

function openTunnel(proxy: URL, plan: RequestPlan, authorization: string | undefined): Promise<Socket> {
  const target = `${plan.url.hostname}:${plan.url.port || 443}`
  const headers = { Host: target, ...(authorization && { 'Proxy-Authorization': authorization }) }
  const request = start(proxy, { method: 'CONNECT', path: target, headers, agent: false, signal: plan.signal })
  return new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('connect', (answer: IncomingMessage, socket: Socket) => {
      if (answer.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new Error(`The proxy ${proxy.host} answered ${answer.statusCode} to CONNECT.`))
    })
    request.once('response', (answer) => {
      answer.destroy()
      reject(new Error(`The proxy ${proxy.host} answered ${answer.statusCode} to CONNECT.`))
    })
    request.end()
  })
}

function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return `Basic ${Buffer.from(user).toString('base64')}`
}
