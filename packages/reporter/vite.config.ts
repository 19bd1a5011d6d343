import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const sources = join(root, 'src')

/** In every process before its first line: what is used of them is looked up at once, so that a program that changes them changes nothing here. */
const alwaysLoaded = new Set(['node:fs', 'node:path', 'node:url'])
const virtual = '\0builtin:'

/**
 * Node's own modules, looked up with `process.getBuiltinModule`: an import of `node:fs` loads all that it exports, promises, streams and readline with
 * it, and one of `node:child_process` or `node:crypto` half a megabyte and more, which only the first use of them needs.
 */
const builtinModules = {
  name: 'builtin-modules',
  enforce: 'pre',
  resolveId: (id: string): string | undefined => (id.startsWith('node:') && isBuiltin(id) ? virtual + id : undefined),
  load(id: string): string | undefined {
    if (!id.startsWith(virtual)) return undefined
    const name = id.slice(virtual.length)
    const names = Object.keys(process.getBuiltinModule(name) ?? {})
    if (!alwaysLoaded.has(name))
      return names.map((key) => `export const ${key} = (...values) => process.getBuiltinModule('${name}').${key}(...values)`).join('\n')
    return [`const builtin = process.getBuiltinModule('${name}')`, ...names.map((key) => `export const ${key} = builtin.${key}`)].join('\n')
  },
}

/** What is imported when it is wanted stays a file of its own, the one that tsc wrote: a class that others import has to be the same. */
const lateModules = {
  name: 'late-modules',
  resolveDynamicImport: (specifier: unknown, importer: string): { id: string; external: true } | undefined =>
    typeof specifier === 'string' && specifier.startsWith('.')
      ? { id: `./${relative(sources, join(dirname(importer), specifier)).replace(/\.ts$/, '.js')}`, external: true }
      : undefined,
}

/** `dist/bundle.js`: see src/in-process.ts. */
export default {
  root,
  plugins: [builtinModules, lateModules],
  build: {
    ssr: 'src/in-process.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20.19',
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { propertyReadSideEffects: false },
      output: { entryFileNames: 'bundle.js', codeSplitting: false, comments: false },
    },
  },
}
