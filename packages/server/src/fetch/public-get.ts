/** A GET that can reach nothing but public servers: the address is checked on the connection itself, so that no name can point elsewhere afterwards. */
import { lookup as systemLookup } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

export interface Fetched {
  readonly status: number
  readonly body: Buffer
  header(name: string): string | undefined
}

export interface GetOptions {
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Ends it earlier. */
  readonly signal?: AbortSignal
  /** Which addresses may be connected to; public ones by default. */
  readonly mayConnect?: (address: string) => boolean
  /** PEM to trust beside the public authorities. */
  readonly ca?: string
}

/** Rejects with a sentence. Redirects are not followed. Only https. */
export function publicGet(url: URL, { maxBytes, timeoutMs, signal, mayConnect = isPublicAddress, ca }: GetOptions): Promise<Fetched> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol !== 'https:') return Promise.reject(new Error(`${url.origin} is not https`))
  // A literal address is not looked up.
  if (isIP(host) !== 0 && !mayConnect(host)) return Promise.reject(new Error(`${host} is no public address`))
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        agent: false,
        lookup: checkedLookup(mayConnect),
        headers: { 'user-agent': 'Crashkeep', accept: '*/*' },
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => read(response, maxBytes).then(resolve, reject),
    )
    asking.on('error', reject)
    asking.end()
  })
}

function checkedLookup(mayConnect: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    systemLookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, '', 0)
        return
      }
      const [first] = found
      if (first === undefined || !found.every(({ address }) => mayConnect(address))) done(new Error(`${host} is no public server`), '', 0)
      else if (options.all === true) done(null, found)
      else done(null, first.address, first.family)
    })
  }
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Fetched> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += Buffer.byteLength(chunk)
    if (size > maxBytes) {
      response.destroy()
      throw new Error(`the answer has more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const { headers, statusCode = 0 } = response
  return { status: statusCode, body: Buffer.concat(chunks), header: (name) => headers[name]?.toString() }
}
