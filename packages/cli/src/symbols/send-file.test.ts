import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/command.ts'
import { RefusedError, ServerConnection } from '../server-connection.ts'
import { type SendTo, sendFile } from './send-file.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const path = join(folder.path, 'app.sym')
writeFileSync(path, 'MODULE Linux x86_64 000 app\n')
const temporary = join(folder.path, 'temporary')

/** Answers with one status after the other; 0 breaks the connection. */
async function answering(statuses: number[]): Promise<{ server: Server; to: SendTo; bodies: string[] }> {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bodies.push(zstdDecompressSync(Buffer.concat(chunks)).toString())
    const status = statuses.shift() ?? 200
    if (status === 0) request.socket.destroy()
    else response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"message":"told"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const connection = new ServerConnection({ server: `http://127.0.0.1:${port}`, token: 't' })
  return { server, bodies, to: { server: connection, scope: { project: 'default' }, route: '/symbols' } }
}

test('a file is sent compressed, and again when the server is busy or the connection breaks', async () => {
  const { server, to, bodies } = await answering([503, 0])
  try {
    expect(await sendFile(to, path, temporary)).toEqual({ message: 'told' })
    expect(bodies).toEqual(Array(3).fill('MODULE Linux x86_64 000 app\n'))
    expect(existsSync(temporary)).toBe(false)
  } finally {
    server.close()
  }
})

test('a file that is refused is not sent again', async () => {
  const { server, to, bodies } = await answering([422])
  try {
    await expect(sendFile(to, path, temporary)).rejects.toThrow(RefusedError)
    expect(bodies).toHaveLength(1)
  } finally {
    server.close()
  }
})
