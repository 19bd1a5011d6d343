import { createServer } from 'node:https'
import type { Certificate } from './self-signed.ts'

export interface Delivery {
  /** Of the endpoint that the browser chose. */
  readonly name: string
  readonly reports: unknown
}

export interface Receiver {
  readonly origin: string
  /** The next delivery that holds a crash report; undefined: none within the time. */
  crashReport(timeoutMs: number): Promise<Delivery | undefined>
  close(): void
}

/** A batch holds at most a hundred reports, and a crash report at most 64 KiB of context. */
const maxBodyBytes = 8 * 1024 * 1024

/** An endpoint on this machine: `/NAME` takes what a browser sends to the endpoint of that name. */
export async function startReceiver({ cert, key }: Certificate): Promise<Receiver> {
  const delivered = Promise.withResolvers<Delivery>()
  const server = createServer({ cert, key }, (request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'content-type')
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBodyBytes) chunks.push(chunk)
    })
    request.on('end', () => {
      response.writeHead(204).end()
      const reports = parse(Buffer.concat(chunks).toString('utf8'))
      if (request.method === 'POST' && holdsCrash(reports))
        delivered.resolve({ name: decodeURIComponent((request.url ?? '/').slice(1)), reports })
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `https://127.0.0.1:${port}`,
    crashReport: (timeoutMs) => {
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs, undefined).unref())
      return Promise.race([delivered.promise, late])
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function holdsCrash(reports: unknown): boolean {
  return (
    Array.isArray(reports) &&
    reports.some((report: unknown) => typeof report === 'object' && report !== null && 'type' in report && report.type === 'crash')
  )
}
