/** An https site whose pages use `@crashkeep/browser` as it is built. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'vite'
import type { Undo } from './cleanup.ts'
import type { Certificate } from './self-signed.ts'
import { root } from './server.ts'

export interface SiteOptions {
  readonly certificate: Certificate
  /** Where its pages' own reports go. */
  readonly endpoint: string
  /** Of the pages, beside their content type. */
  readonly headers?: Readonly<Record<string, string>>
  /** More for `start`, as JavaScript. */
  readonly start?: string
}

/** Pages at every path; `?bare` is one without the library. Returns the origin. */
export async function watchedSite(undo: Undo, options: SiteOptions): Promise<string> {
  const files = new Map([
    ['/crashkeep.js', await bundled('index.js')],
    ['/witness.js', await bundled('service-worker/index.js')],
  ])
  const { endpoint, headers = {}, start = '' } = options
  files.set('/service-worker.js', serviceWorker(endpoint))
  const server = createServer({ cert: options.certificate.cert, key: options.certificate.key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost')
    const script = files.get(pathname)
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    if (script === undefined) for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (pathname === '/favicon.ico') response.writeHead(404)
    response.end(script ?? (searchParams.has('bare') ? '<!doctype html><title>Bare</title>' : page(endpoint, start)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo(() => {
    server.closeAllConnections()
    server.close()
  })
  // Listening on a port, so the address is not a path.
  return `https://localhost:${(server.address() as AddressInfo).port}`
}

/** To be registered as a module. */
function serviceWorker(endpoint: string): string {
  return `import { witness } from '/witness.js'
    witness(self, { endpoint: ${JSON.stringify(endpoint)} })
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))`
}

function page(endpoint: string, start: string): string {
  return `<!doctype html><title>Shop</title><h1>Shop</h1><script type="module">
    import * as crashkeep from '/crashkeep.js'
    window.crashkeep = crashkeep
    window.stop = crashkeep.start({ endpoint: ${JSON.stringify(endpoint)}, release: 'shop@2.0.0', ${start} })
    document.title = 'Ready'
  </script>`
}

async function bundled(name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: join(root, 'packages/browser/dist', name), formats: ['es'], fileName: 'bundle' },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []))
  return outputs.flatMap((output) => (output.type === 'chunk' ? [output.code] : [])).join('')
}
