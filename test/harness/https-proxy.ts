/** A proxy for https that leads every name to one port of this machine: how programs meet a server whose name is not theirs to choose. */
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export async function startHttpsProxy(port: number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const proxy = createServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (_request, socket) => {
    const upstream = connect({ host: '127.0.0.1', port }, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket)
      socket.pipe(upstream)
    })
    for (const [from, to] of [
      [upstream, socket],
      [socket, upstream],
    ] as const)
      from.on('error', () => to.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  // Listening on a port, so the address is not a path.
  const { port: own } = proxy.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}`,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      }),
  }
}
