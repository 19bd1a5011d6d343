import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asCompiledScript } from './scripts/compiled-script.ts'
import { lookUpNodeModules } from './scripts/node-modules.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')

/** What each walk of a dump needs, in one file; commands that use a part of it load it as well. */
const ofEveryWalk = [
  /\/minidump\/dist\/(?!write\/|synth\/)/,
  /\/stackwalk\/dist\/(?!iced\/)/,
  /\/symbols\/dist\/(breakpad\/|[a-z-]+\.js|node\/(file-source|folder-symbols|symbol-index)\.js)/,
  /\/cli\/dist\/(open-dump|stackwalk\/(log|run-stackwalk|standard-output))\.js/,
]
/** What the thread needs that reads rules for unwinding. */
const ofEveryFramesThread =
  /\/symbols\/dist\/(dump\/(frames|output)\/|dump\/(cursor|limits|problem|window|work-budget|dwarf\/code-ranges)\.js|demangle\/mangled-shape\.js|node\/frames-task\.js)/
/** What each dump of a debug file needs beside that, in one file; it loads nothing of a walk. */
const ofEveryDump = [
  /\/symbols\/dist\/(dump\/|demangle\/|recognise-[a-z]+\.js|node\/(decompress-section|dump-[a-z-]+|frames-thread|read-demangler)\.js)/,
  /\/cli\/dist\/symbols\/(choose-modules|dump-module|dump-to-file|find-[a-z]+|info-lines|limits|note|run-dump|small-engine|store-path|walk-files)\.js/,
]
/** What the start, walks and dumps share, so that none of them loads another for it. */
const ofEveryStart = [
  /\/cli\/dist\/(errors|print|progress|stackwalk\/(stackwalk-options|standard-output))\.js/,
  /\/symbols\/dist\/(errors|byte-source|symbol-path|breakpad\/(module-record|limits)|node\/file-source)\.js/,
]
const oneOf = (places: readonly RegExp[]) => (id: string) => places.some((place) => place.test(id))

interface OutputFile {
  readonly type: 'asset' | 'chunk'
  readonly fileName: string
  code?: string
}

/** Node's own modules without all that an import of them loads, and what every walk needs compiled ahead. */
const quickStart = {
  name: 'quick-start',
  generateBundle(
    this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): void },
    _: unknown,
    files: Record<string, OutputFile>,
  ): void {
    // Files of earlier builds are not loaded any more.
    for (const name of readdirSync(dist)) if (name.startsWith('bundle')) rmSync(join(dist, name))
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk' || file.code === undefined) continue
      file.code = lookUpNodeModules(file.code)
      if (file.fileName !== 'bundle-walk.js') continue
      const { scriptName, script, module } = asCompiledScript(file.fileName, file.code)
      this.emitFile({ type: 'asset', fileName: scriptName, source: script })
      file.code = module
    }
  },
  writeBundle(): void {
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/compile-walk.ts'), dist], { stdio: 'inherit' })
    if (status !== 0) console.warn('The walk could not be compiled ahead: crashkeep stackwalk starts more slowly.')
  },
}

/**
 * The command in few files, made of what tsc wrote: half the time of `crashkeep stackwalk` for a small dump went into finding two hundred.
 * The server is a bundle of its own package; iced-x86 stays one, which reads its WebAssembly from beside itself.
 */
export default {
  root,
  resolve: { alias: { '@crashkeep/server': '@crashkeep/server/bundle' } },
  plugins: [quickStart],
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      // Threads have files of their own, beside that of whoever starts them.
      input: { bundle: 'dist/main.js', 'frames-worker': '../symbols/dist/node/frames-worker.js' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'bundle-[name].js',
        codeSplitting: {
          groups: [
            { name: 'start', test: oneOf(ofEveryStart) },
            { name: 'frames', test: ofEveryFramesThread },
            { name: 'symbol-dump', test: oneOf(ofEveryDump) },
            { name: 'walk', test: oneOf(ofEveryWalk) },
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
