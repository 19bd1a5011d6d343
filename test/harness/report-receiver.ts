/** An https address that takes what browsers send and keeps it, for tests that look at the bytes and not at what a server makes of them. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Undo } from './cleanup.ts'
import type { Certificate } from './self-signed.ts'
import { until } from './until.ts'

export interface ReceivedReport {
  readonly age: number
  readonly type: string
  readonly url: string
  readonly body: {
    readonly reason?: string
    readonly visibility_state?: string
    readonly crash_report_api: Readonly<Record<string, string>>
    readonly [more: string]: unknown
  }
}

export interface Receiver {
  readonly endpoint: string
  readonly reports: readonly ReceivedReport[]
  /** The first one that fits, when it comes. */
  received(what: string, timeoutMs: number, fits: (report: ReceivedReport) => boolean): Promise<ReceivedReport>
}

export async function reportReceiver(undo: Undo, certificate: Certificate): Promise<Receiver> {
  const reports: ReceivedReport[] = []
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-allow-headers', 'content-type')
      response.writeHead(204).end()
      // The senders are the package under test and Chromium.
      if (request.method === 'POST') reports.push(...(JSON.parse(Buffer.concat(chunks).toString()) as ReceivedReport[]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    // Listening on a port, so the address is not a path.
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}/r`,
    reports,
    received: (what, timeoutMs, fits) => until(what, timeoutMs, () => reports.find(fits)),
  }
}
