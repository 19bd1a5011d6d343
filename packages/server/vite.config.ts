import { fileURLToPath } from 'node:url'

/**
 * `dist/bundle.js`: the server and all that it imports, made of what tsc wrote, for the command. As packages it is two thousand files, and a module
 * takes ten kilobytes of a process for as long as it runs: 22 MB of 140. What runs in threads and child processes stays files.
 */
export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    ssr: 'dist/index.js',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: true,
    reportCompressedSize: false,
    license: { fileName: 'bundle-licenses.md' },
    rolldownOptions: { output: { entryFileNames: 'bundle.js', chunkFileNames: 'bundle-[name].js' } },
  },
  ssr: { noExternal: true, external: ['iced-x86'] },
}
