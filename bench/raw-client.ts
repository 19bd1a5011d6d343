/** Uploads over plain sockets: the smallest client there can be, so that a benchmark on one machine measures the server. */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

export interface Measured {
  /** Milliseconds from the first byte sent to the last byte of the answer, one per report. */
  readonly latencies: readonly number[]
  readonly seconds: number
}

export interface Target {
  readonly port: number
  readonly path: string
}

/** One upload after the other on so many connections for so long. Throws at the first answer that is not 200. */
export async function measure(
  { port, path }: Target,
  o: { readonly body: Buffer; readonly headers: Readonly<Record<string, string>>; readonly clients: number; readonly ms: number },
): Promise<Measured> {
  const head = Object.entries({ ...o.headers, 'content-length': String(o.body.length) }).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${head.join('')}\r\n`), o.body])
  const sockets = await Promise.all(Array.from({ length: o.clients }, () => open(port)))
  const latencies: number[] = []
  const began = performance.now()
  const until = began + o.ms
  await Promise.all(
    sockets.map(async (socket) => {
      while (performance.now() < until) {
        const start = performance.now()
        await exchange(socket, request)
        latencies.push(performance.now() - start)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  for (const socket of sockets) socket.destroy()
  return { latencies, seconds }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const done = (error?: Error) => {
      socket.off('data', onData)
      socket.off('close', onClose)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onClose = () => done(new Error('the server closed the connection'))
    const onData = (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      const end = answer.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? 0)
      if (answer.length < end + 4 + length) return
      done(answer.startsWith('HTTP/1.1 200 ') ? undefined : new Error(`not acknowledged: ${answer.slice(0, 200)}`))
    }
    socket.on('data', onData)
    socket.on('close', onClose)
    socket.write(request)
  })
}
