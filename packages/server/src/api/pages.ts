import { createHash } from 'node:crypto'
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

interface Page {
  readonly bytes: Buffer
  readonly gzipped: Buffer | undefined
  readonly type: string
  readonly etag: string
  /** Its name holds a hash of its content. */
  readonly immutable: boolean
}

/** What the build makes is about a hundred files; more is not our build. */
const maxFiles = 2000

/**
 * The pages lie in memory, read once: an address is looked up among the files that exist and is never a path.
 * Addresses of the application itself (`/p/…`, `/login`) all get `index.html`.
 */
export function pages(app: FastifyInstance, webRoot: string | undefined): void {
  const files = webRoot === undefined ? new Map<string, Page>() : readPages(webRoot)
  const index = files.get('/index.html')
  const application = (request: FastifyRequest, reply: FastifyReply) =>
    index === undefined
      ? reply
          .type('text/plain; charset=utf-8')
          .send('Crashkeep is running. Its pages are not built: run "npm run build" and start it again.\n')
      : send(request, reply, index)
  for (const url of ['/', '/login', '/open', '/p', '/p/*']) app.get(url, { schema: { hide: true } }, application)
  for (const [url, page] of files) {
    if (url !== '/index.html') app.get(url, { schema: { hide: true } }, (request, reply) => send(request, reply, page))
  }
}

function send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  reply.headers({
    'content-type': page.type,
    'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: page.etag,
    vary: 'accept-encoding',
  })
  if (request.headers['if-none-match'] === page.etag) return reply.code(304).send()
  const gzip = page.gzipped !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  return gzip ? reply.header('content-encoding', 'gzip').send(page.gzipped) : reply.send(page.bytes)
}

function readPages(root: string): Map<string, Page> {
  if (!existsSync(root)) return new Map()
  const entries: Dirent[] = readdirSync(root, { recursive: true, withFileTypes: true })
  const files = new Map<string, Page>()
  for (const entry of entries.filter((found) => found.isFile()).slice(0, maxFiles)) {
    const path = join(entry.parentPath, entry.name)
    const type = types[extname(entry.name)]
    if (type === undefined) continue
    const bytes = readFileSync(path)
    const compressible = /^text|json|svg|wasm/.test(type) && bytes.length > 1000
    files.set(`/${relative(root, path).split(sep).join('/')}`, {
      bytes,
      gzipped: compressible ? gzipSync(bytes, { level: 9 }) : undefined,
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 20)}"`,
      // Vite's names: `index-BxQ3f9aK.js`.
      immutable: /-[\w-]{8}\.\w+$/.test(entry.name),
    })
  }
  return files
}
