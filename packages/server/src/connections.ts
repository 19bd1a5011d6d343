import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** Once stopped, a request whose body keeps coming gets this long: a crash handler that is cut off may never send its report again. */
  readonly graceMs: number
  /** …and one whose body has not moved at so many looks in turn is cut off. Not the clock: what came while this process stood still is read after the look. */
  readonly stalledLooks: number
  readonly lookEveryMs: number
}

const connectionLimits: ConnectionLimits = { graceMs: 10_000, stalledLooks: 4, lookEveryMs: 250 }

/** The part of an HTTP server that is watched; Node's types of http and https differ in what they know besides. */
type Watched = Pick<Server, 'on'>

interface Connection {
  /** Requests whose answers are not sent yet. */
  readonly requests: Set<IncomingMessage>
  bytesRead: number
  /** Looks at which nothing had come since the one before. */
  stalledLooks: number
}

/**
 * Node's `close` waits for every connection that it does not count as idle, and it does not count those on which nothing was sent yet
 * (browsers open some ahead), nor those that become idle while it waits. So connections are counted here.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>()
  readonly #limits: ConnectionLimits
  #ending = false

  constructor(server: Watched, { tls, limits = connectionLimits }: { readonly tls: boolean; readonly limits?: ConnectionLimits }) {
    this.#limits = limits
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#add(socket))
    server.on('request', (request, response) => {
      const connection = this.#open.get(request.socket)
      connection?.requests.add(request)
      response.once('close', () => {
        connection?.requests.delete(request)
        this.#endIfQuiet(request.socket)
      })
    })
  }

  /** Call it before the server's own `close`: quiet connections end at once, the others when they are answered or their time is over. */
  end(): void {
    this.#ending = true
    const beganAt = performance.now()
    for (const connection of this.#open.values()) connection.stalledLooks = 0
    for (const socket of this.#open.keys()) this.#endIfQuiet(socket)
    const timer = setInterval(() => {
      if (this.#open.size === 0) clearInterval(timer)
      else this.#cut(performance.now() - beganAt)
    }, this.#limits.lookEveryMs)
    timer.unref()
  }

  #add(socket: Socket): void {
    this.#open.set(socket, { requests: new Set(), bytesRead: socket.bytesRead, stalledLooks: 0 })
    socket.once('close', () => this.#open.delete(socket))
    this.#endIfQuiet(socket)
  }

  #endIfQuiet(socket: Socket): void {
    if (this.#ending && this.#open.get(socket)?.requests.size === 0) socket.destroySoon()
  }

  #cut(endingMs: number): void {
    const { graceMs, stalledLooks } = this.#limits
    for (const [socket, connection] of this.#open) {
      const waitsForUs = [...connection.requests].some(({ complete }) => complete)
      const moves = waitsForUs || socket.bytesRead > connection.bytesRead
      connection.bytesRead = socket.bytesRead
      connection.stalledLooks = moves ? 0 : connection.stalledLooks + 1
      if (connection.stalledLooks >= stalledLooks || endingMs > graceMs) socket.destroy()
    }
  }
}
