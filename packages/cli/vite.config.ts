import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))

/**
 * The command in few files, made of what tsc wrote: half the time of `crashkeep stackwalk` for a small dump went into finding two hundred.
 * The server and what it needs stay packages; so does iced-x86, which reads its WebAssembly from beside itself.
 */
export default {
  root,
  build: {
    ssr: 'dist/main.js',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { entryFileNames: 'bundle.js', chunkFileNames: 'bundle-[name].js' },
    },
  },
  ssr: {
    noExternal: true,
    external: ['@crashkeep/server', '@crashkeep/web', 'iced-x86'],
  },
}
