import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))

// A plain object: the package itself depends on no build tool.
export default {
  root,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the pages allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    // `CRASHKEEP_SERVER=http://127.0.0.1:8080 vite packages/web` works on the pages against a running server.
    proxy: { '^/(api|i)/': { target: process.env.CRASHKEEP_SERVER ?? 'http://127.0.0.1:8080' } },
  },
}
