/** An https site whose pages have what headers and frames their address asks for; what they do else, tests tell them. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Undo } from './cleanup.ts'
import type { Certificate } from './self-signed.ts'

export interface CrashSite {
  readonly port: number
  /** Address of a page; its query asks for headers and is none of the page's own business. */
  page(path: string, options?: PageOptions): string
}

export interface PageOptions {
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Address of a frame in it. */
  readonly frame?: string
  /** Address that its button opens in a window of the same process. */
  readonly popup?: string
}

export async function startCrashSite(undo: Undo, { cert, key }: Certificate): Promise<CrashSite> {
  const server = createServer({ cert, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost')
    if (pathname === '/favicon.ico') {
      response.writeHead(404).end()
      return
    }
    for (const [name, value] of new URLSearchParams(searchParams.get('h') ?? '')) response.setHeader(name, value)
    const frame = searchParams.get('frame')
    const popup = searchParams.get('popup')
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Shop</title><h1>Shop</h1>
      ${popup === null ? '' : `<button onclick="window.open(${JSON.stringify(popup).replaceAll('"', '&quot;')}, '_blank')">Open</button>`}
      ${frame === null ? '' : `<iframe src="${frame.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo(() => {
    server.closeAllConnections()
    server.close()
  })
  // Listening on a port, so the address is not a path.
  const { port } = server.address() as AddressInfo
  return {
    port,
    page: (path, { host = 'localhost', headers = {}, frame, popup } = {}) => {
      const query = new URLSearchParams({ h: new URLSearchParams(headers).toString() })
      if (frame !== undefined) query.set('frame', frame)
      if (popup !== undefined) query.set('popup', popup)
      return `https://${host}:${port}${path}?${query}`
    },
  }
}
