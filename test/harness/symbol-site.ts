/** A server of symbols on this machine that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SymbolSiteAnswer = (request: IncomingMessage, response: ServerResponse) => void

export class SymbolSite {
  readonly #server: Server
  readonly #files = new Map<string, Uint8Array | string | SymbolSiteAnswer>()
  /** Paths, in their order. */
  readonly asked: string[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '')
      this.asked.push(path)
      const answer = this.#files.get(path) ?? this.#files.get('*')
      if (answer === undefined) response.writeHead(404).end('no such file')
      else if (typeof answer === 'function') answer(request, response)
      else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(answer)
    })
  }

  static async start(): Promise<SymbolSite> {
    const site = new SymbolSite()
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve))
    return site
  }

  get url(): string {
    const address = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${address.port}/`
  }

  /** `*`: whatever is asked for that no other file has. */
  put(path: string, answer: Uint8Array | string | SymbolSiteAnswer): this {
    this.#files.set(path, answer)
    return this
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
