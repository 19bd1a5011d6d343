import { hideAbiTags, showAbiTags, withAllTags } from './abi-tag.ts'
import { limitMemory } from './limit-memory.ts'
import { maxCppBytes, maxDemangledBytes, maxDiscardedBytes, maxMangledChars, maxMemoryPages, maxTraps } from './limits.ts'
import { isMangled, withoutCloneSuffixes } from './mangling.ts'
import { memberQualifiers } from './member-qualifiers.ts'
import { type CompiledDemangler, compileDemangler, compileDemanglerLater, WasmDemangler } from './wasm-demangler.ts'

/**
 * The name that a person wrote, with parameters and without return type, as Mozilla's dump_syms prints it: C++ (Itanium and Microsoft) and Rust
 * (both forms). A name of another language, a damaged one, and one past the limits come back as they are. Never throws.
 */
export interface Demangle {
  (name: string): string
  readonly ofBytes: ByteDemangler
}

/** The same for names that are bytes, as most of a file's are, without making a string of each. */
export interface ByteDemangler {
  /** After `read` has said yes the name stands in `bytes` from `start` to `end`, until the next call of anything here. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** No: only the form that takes a string can tell. The name must be one that `mangledShape` calls mangled. */
  read(name: Uint8Array, start: number, end: number): boolean
}

/** @param wasm The bytes of `gecko-profiler-demangle/index_bg.wasm`; Node has them from `readDemangler` of `@crashkeep/symbols/node`. */
export function createDemangler(wasm: Uint8Array): Demangle {
  return demangleWith(compileDemangler(limitMemory(wasm, maxMemoryPages)))
}

/** The same for a page's main thread, where a browser may refuse to compile at once. */
export async function loadDemangler(wasm: Uint8Array): Promise<Demangle> {
  return demangleWith(await compileDemanglerLater(limitMemory(wasm, maxMemoryPages)))
}

function demangleWith(module: CompiledDemangler): Demangle {
  const ofBytes = new Demangler(module)
  return Object.assign((name: string) => ofBytes.demangle(name), { ofBytes })
}

class Demangler implements ByteDemangler {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  readonly #module: CompiledDemangler
  #instance: WasmDemangler | undefined
  #traps = 0
  #discardedBytes = 0

  constructor(module: CompiledDemangler) {
    this.#module = module
    this.#instance = new WasmDemangler(module)
  }

  demangle(name: string): string {
    if (name.length > maxMangledChars || !isMangled(name)) return name
    const whole = withoutCloneSuffixes(name)
    const { hidden, areDropped } = mayHaveTags.test(whole) ? hideAbiTags(whole) : { hidden: whole, areDropped: false }
    const demangled = this.#run(hidden)
    // What it cannot read it gives back, without the underscore of macOS.
    if (demangled === undefined || demangled === '' || demangled === hidden || demangled === hidden.slice(1)) return name
    const named = demangled.replaceAll("`anonymous namespace'", '(anonymous namespace)')
    if (hidden !== whole) return areDropped ? withAllTags(showAbiTags(named), this.#run(whole)) : showAbiTags(named)
    return whole.startsWith('?') && named.endsWith(')') ? named + memberQualifiers(whole) : named
  }

  read(name: Uint8Array, start: number, end: number): boolean {
    if (end - start > maxMangledChars || this.#hasGivenUp()) return false
    try {
      this.#instance ??= new WasmDemangler(this.#module)
      this.#instance.demangleBytes(name, start, end)
    } catch {
      this.#trapped()
      return this.#give(name, start, end)
    }
    const { bytes, start: from, end: to } = this.#instance
    // The other form knows the limit of each kind of names, and counts what is longer.
    if (to - from > maxCppBytes) return false
    return to === from || endsWith(name, start, end, bytes, from, to) ? this.#give(name, start, end) : this.#give(bytes, from, to)
  }

  #give(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes
    this.start = start
    this.end = end
    return true
  }

  #run(name: string): string | undefined {
    if (this.#hasGivenUp()) return undefined
    try {
      this.#instance ??= new WasmDemangler(this.#module)
      const text = this.#instance.demangle(name, name.includes('_Z') ? maxCppBytes : maxDemangledBytes)
      if (typeof text === 'string') return text
      this.#discardedBytes += text
      return undefined
    } catch {
      this.#trapped()
      return undefined
    }
  }

  /** Its stack or its memory ended, or it met a bug of its own: the next name gets a new instance. */
  #trapped(): void {
    this.#traps++
    this.#instance = undefined
  }

  #hasGivenUp(): boolean {
    return this.#traps >= maxTraps || this.#discardedBytes >= maxDiscardedBytes
  }
}

/** Of C++ only. */
const mayHaveTags = /^_+Z.*B\d/s

/** What it cannot read it gives back, without the underscore of macOS. */
function endsWith(name: Uint8Array, start: number, end: number, text: Uint8Array, from: number, to: number): boolean {
  const missing = end - start - (to - from)
  if (missing !== 0 && missing !== 1) return false
  for (let index = start + missing, at = from; index < end; index++, at++) if (name[index] !== text[at]) return false
  return true
}
