/**
 * What the collector is compared with: `node:http`, which writes each body to a file of its own, syncs it and answers. No form is read, no
 * name is made durable, nothing is indexed. Run with a folder; prints its port.
 */

import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

const folder = process.argv[2] ?? '.'
let count = 0

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  count += 1
  const file = await open(join(folder, String(count)), 'w')
  await file.writev(chunks)
  await file.sync()
  await file.close()
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 })
  response.end('ok')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' && address !== null ? address.port : '')
})
