import { hideAbiTags, showAbiTags } from './abi-tag.ts'
import { limitMemory } from './limit-memory.ts'
import { maxCppBytes, maxDemangledBytes, maxDiscardedBytes, maxMangledChars, maxMemoryPages, maxTraps } from './limits.ts'
import { isMangled, withoutCloneSuffixes } from './mangling.ts'
import { type CompiledDemangler, compileDemangler, compileDemanglerLater, WasmDemangler } from './wasm-demangler.ts'

/**
 * The name that a person wrote, with parameters and without return type, as Mozilla's dump_syms prints it: C++ (Itanium and Microsoft) and Rust
 * (both forms). A name of another language, a damaged one, and one past the limits come back as they are. Never throws.
 */
export type Demangle = (name: string) => string

/** @param wasm The bytes of `gecko-profiler-demangle/index_bg.wasm`; Node has them from `readDemangler` of `@crashkeep/symbols/node`. */
export function createDemangler(wasm: Uint8Array): Demangle {
  return demangleWith(compileDemangler(limitMemory(wasm, maxMemoryPages)))
}

/** The same for a page's main thread, where a browser may refuse to compile at once. */
export async function loadDemangler(wasm: Uint8Array): Promise<Demangle> {
  return demangleWith(await compileDemanglerLater(limitMemory(wasm, maxMemoryPages)))
}

function demangleWith(module: CompiledDemangler): Demangle {
  let instance: WasmDemangler | undefined = new WasmDemangler(module)
  let traps = 0
  let discardedBytes = 0

  function run(name: string): string | undefined {
    if (traps >= maxTraps || discardedBytes >= maxDiscardedBytes) return undefined
    try {
      instance ??= new WasmDemangler(module)
      const text = instance.demangle(name, name.includes('_Z') ? maxCppBytes : maxDemangledBytes)
      if (typeof text === 'string') return text
      discardedBytes += text
      return undefined
    } catch {
      // Its stack or its memory ended, or it met a bug of its own: the next name gets a new instance.
      traps++
      instance = undefined
      return undefined
    }
  }

  return (name) => {
    if (name.length > maxMangledChars || !isMangled(name)) return name
    const whole = withoutCloneSuffixes(name)
    const hidden = /B\d/.test(whole) ? hideAbiTags(whole) : whole
    const demangled = run(hidden)
    // What it cannot read it gives back, without the underscore of macOS.
    if (demangled === undefined || demangled === '' || demangled === hidden || demangled === hidden.slice(1)) return name
    const named = demangled.replaceAll("`anonymous namespace'", '(anonymous namespace)')
    return hidden === whole ? named : showAbiTags(named)
  }
}
