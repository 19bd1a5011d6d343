/** A relay of TCP before a server, which keeps the head of every request that passes: what a real client really sent. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const maxHeadBytes = 16 * 1024

export interface Relay {
  readonly port: number
  /** Request line and headers of the connections so far. */
  readonly heads: readonly string[]
  close(): Promise<void>
}

export async function relayTo(targetPort: number): Promise<Relay> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const onward = connect(targetPort, '127.0.0.1')
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => {
        client.destroy()
        onward.destroy()
      })
    }
    let head = ''
    const at = heads.push('') - 1
    client.on('data', (chunk: Buffer) => {
      if (head.includes('\r\n\r\n') || head.length > maxHeadBytes) return
      head += chunk.toString('latin1')
      heads[at] = head.split('\r\n\r\n')[0] ?? ''
    })
    client.pipe(onward).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on a port, so the address is not a path.
  const { port } = server.address() as AddressInfo
  return {
    port,
    heads,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
