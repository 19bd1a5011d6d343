/** A crash server that answers as a test tells it and keeps the bytes of what came. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Undo } from '../harness/cleanup.ts'
import type { Certificate } from '../harness/self-signed.ts'
import { until } from '../harness/until.ts'

export interface ReceivedCrash {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** As it came, unpacked if it was packed. */
  readonly body: Buffer
  readonly fields: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, { readonly fileName: string; readonly bytes: Buffer }>
}

export type Answer = (request: IncomingMessage, response: ServerResponse, crash: ReceivedCrash) => void

export interface Collector {
  readonly url: string
  readonly port: number
  readonly crashes: readonly ReceivedCrash[]
  /** How the next requests are answered; at first with 16 hexadecimal digits, as Electron's own test server does. */
  answer: Answer
  next(count?: number, timeoutMs?: number): Promise<ReceivedCrash>
  close(): Promise<void>
}

const arrivalMs = 30_000

export function idAnswer(id: string): Answer {
  return (_, response) => response.end(id)
}

export function statusAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => response.writeHead(status, headers).end()
}

export async function startCollector(undo: Undo, certificate?: Certificate): Promise<Collector> {
  const crashes: ReceivedCrash[] = []
  const sockets = new Set<Socket>()
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const crash = receivedCrash(request, Buffer.concat(chunks))
      crashes.push(crash)
      collector.answer(request, response, crash)
    })
  }
  const server = certificate === undefined ? createServer(listener) : createSecureServer(certificate, listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  const collector: Collector = {
    url: `http://127.0.0.1:${address.port}/i/key`,
    port: address.port,
    crashes,
    answer: idAnswer('0123456789abcdef'),
    next: (count = 1, timeoutMs = arrivalMs) => until(`report ${count} to arrive`, timeoutMs, () => crashes[count - 1]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  undo(() => collector.close())
  return collector
}

function receivedCrash(request: IncomingMessage, raw: Buffer): ReceivedCrash {
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
  const fields = new Map<string, string>()
  const files = new Map<string, { fileName: string; bytes: Buffer }>()
  for (const part of partsOf(body, `--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n')
    const head = part.toString('utf8', 0, end)
    const bytes = part.subarray(end + 4)
    const [, name = '', , fileName] = /name="([^"]*)"(; filename="([^"]*)")?/.exec(head) ?? []
    if (fileName === undefined) fields.set(name, bytes.toString())
    else files.set(name, { fileName, bytes })
  }
  return { url: request.url ?? '', headers: request.headers, body, fields, files }
}

function partsOf(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = []
  let at = body.indexOf(delimiter)
  while (at >= 0) {
    const next = body.indexOf(`\r\n${delimiter}`, at)
    if (next < 0) return parts
    parts.push(body.subarray(at + delimiter.length + 2, next))
    at = next + 2
  }
  return parts
}
