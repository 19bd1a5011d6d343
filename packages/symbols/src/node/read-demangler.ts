import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createDemangler, type Demangle } from '../demangle/create-demangler.ts'

/** The demangler of this process: its WebAssembly is read from the installed package at the first call. */
export function nodeDemangler(): Demangle {
  demangle ??= createDemangler(readDemangler())
  return demangle
}

/** The bytes for `createDemangler` and `loadDemangler`: for a page that a server has to give them to. */
export function readDemangler(): Uint8Array {
  return readFileSync(demanglerPath())
}

let demangle: Demangle | undefined

/** Asked of this package, which has the dependency, wherever a bundler has put this code. */
function demanglerPath(): string {
  const ourPackage = createRequire(import.meta.url).resolve('@crashkeep/symbols/demangle')
  return createRequire(ourPackage).resolve('gecko-profiler-demangle/index_bg.wasm')
}
