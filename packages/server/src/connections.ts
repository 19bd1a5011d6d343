import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** Once stopped, a request whose body keeps coming gets this long: a crash handler that is cut off may never send its report again. */
const graceMs = 10_000
/** …and one whose body has stopped coming gets this long. */
const stalledMs = 1000
const lookEveryMs = 250

/** The part of an HTTP server that is watched; Node's types of http and https differ in what they know besides. */
type Watched = Pick<Server, 'on'>

interface Connection {
  /** Requests whose answers are not sent yet. */
  readonly requests: Set<IncomingMessage>
  bytesRead: number
  movedAt: number
}

/**
 * Node's `close` waits for every connection that it does not count as idle, and it does not count those on which nothing was sent yet
 * (browsers open some ahead), nor those that become idle while it waits. So connections are counted here.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>()
  #ending = false

  constructor(server: Watched, { tls }: { readonly tls: boolean }) {
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
    for (const connection of this.#open.values()) connection.movedAt = beganAt
    for (const socket of this.#open.keys()) this.#endIfQuiet(socket)
    const timer = setInterval(() => {
      if (this.#open.size === 0) clearInterval(timer)
      else this.#cut(beganAt, performance.now())
    }, lookEveryMs)
    timer.unref()
  }

  #add(socket: Socket): void {
    this.#open.set(socket, { requests: new Set(), bytesRead: socket.bytesRead, movedAt: performance.now() })
    socket.once('close', () => this.#open.delete(socket))
    this.#endIfQuiet(socket)
  }

  #endIfQuiet(socket: Socket): void {
    if (this.#ending && this.#open.get(socket)?.requests.size === 0) socket.destroySoon()
  }

  #cut(beganAt: number, now: number): void {
    for (const [socket, connection] of this.#open) {
      if (socket.bytesRead > connection.bytesRead) {
        connection.bytesRead = socket.bytesRead
        connection.movedAt = now
      }
      const waitsForUs = [...connection.requests].some(({ complete }) => complete)
      const stalled = !waitsForUs && now - connection.movedAt > stalledMs
      if (stalled || now - beganAt > graceMs) socket.destroy()
    }
  }
}
