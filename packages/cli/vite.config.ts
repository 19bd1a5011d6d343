import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))

/** What each walk of a dump needs, in one file; commands that use a part of it load it as well. */
const ofEveryWalk = [
  /\/minidump\/dist\/(?!write\/|synth\/)/,
  /\/stackwalk\/dist\/(?!iced\/)/,
  /\/symbols\/dist\/(breakpad\/|[a-z-]+\.js|node\/(file-source|folder-symbols|symbol-index)\.js)/,
  /\/cli\/dist\/(open-dump|stackwalk\/(log|run-stackwalk))\.js/,
]
/** What the start and a command share, so that the start does not load a command for it. */
const ofEveryStart = /\/cli\/dist\/(errors|stackwalk\/stackwalk-options)\.js/

/**
 * The command in few files, made of what tsc wrote: half the time of `crashkeep stackwalk` for a small dump went into finding two hundred.
 * The server is a bundle of its own package; iced-x86 stays one, which reads its WebAssembly from beside itself.
 */
export default {
  root,
  resolve: { alias: { '@crashkeep/server': '@crashkeep/server/bundle' } },
  build: {
    ssr: 'dist/main.js',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'bundle.js',
        chunkFileNames: 'bundle-[name].js',
        codeSplitting: {
          groups: [
            { name: 'start', test: ofEveryStart },
            { name: 'walk', test: (id: string) => ofEveryWalk.some((place) => place.test(id)) },
          ],
        },
      },
    },
  },
  ssr: {
    noExternal: true,
    external: ['@crashkeep/server/bundle', '@crashkeep/web', 'iced-x86'],
  },
}
