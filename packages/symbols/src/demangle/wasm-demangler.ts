import { SymbolError } from '../errors.ts'

/** What of WebAssembly is used here: neither Node's types nor ECMAScript's have it without those of a browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { readonly exports: unknown }
  compile(bytes: Uint8Array): Promise<object>
}

export type CompiledDemangler = object

/** The module of gecko-profiler-demangle: `demangle_any` takes and returns text by place and length, as wasm-bindgen makes it. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  demangle_any(at: number, length: number): readonly [at: number, length: number]
  __wbindgen_malloc(size: number, align: number): number
  __wbindgen_free(at: number, size: number, align: number): void
  __wbindgen_start(): void
}

const names = ['demangle_any', '__wbindgen_malloc', '__wbindgen_free', '__wbindgen_start'] as const

export function compileDemangler(bytes: Uint8Array): CompiledDemangler {
  return new WebAssembly.Module(bytes)
}

/** As `compileDemangler`, beside a page's main thread: some browsers compile no large module on it. */
export function compileDemanglerLater(bytes: Uint8Array): Promise<CompiledDemangler> {
  return WebAssembly.compile(bytes)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One instance. After a trap (stack, memory, a panic) its memory is in no known state, and a new one is needed. */
export class WasmDemangler {
  /** Where the text of the last `demangleBytes` stands in `bytes`. */
  start = 0
  end = 0
  readonly #wasm: Exports
  #bytes: Uint8Array

  constructor(module: CompiledDemangler) {
    // The table of JavaScript values is there for functions that take such values; this one takes none.
    const imports = { './index_bg.js': { __wbindgen_init_externref_table: () => undefined } }
    const { exports } = new WebAssembly.Instance(module, imports)
    if (!isDemangler(exports)) throw new SymbolError('unreadable', 'The WebAssembly module is not that of gecko-profiler-demangle.')
    this.#wasm = exports
    this.#bytes = new Uint8Array(exports.memory.buffer)
    exports.__wbindgen_start()
  }

  /** A number where the text is longer than `maxBytes`: its length. Throws what the engine throws at a trap. */
  demangle(name: string, maxBytes: number): string | number {
    const wasm = this.#wasm
    this.#release()
    const [at, byteCount] = this.#put(name)
    // The callee owns the text and frees it.
    const [signedStart, length] = wasm.demangle_any(at, byteCount)
    const start = signedStart >>> 0
    const text = length > maxBytes ? length : decoder.decode(this.bytes.subarray(start, start + length))
    wasm.__wbindgen_free(start, length, 1)
    return text
  }

  /** The same without strings: the text stands in `bytes` until the next call of anything. */
  demangleBytes(name: Uint8Array, from: number, to: number): void {
    const wasm = this.#wasm
    this.#release()
    const at = wasm.__wbindgen_malloc(to - from, 1) >>> 0
    const room = this.bytes
    for (let index = from, into = at; index < to; index++, into++) room[into] = name[index] ?? 0
    const found = wasm.demangle_any(at, to - from)
    this.start = found[0] >>> 0
    this.end = this.start + found[1]
  }

  /** The memory's buffer is another one after it has grown. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#wasm.memory.buffer) this.#bytes = new Uint8Array(this.#wasm.memory.buffer)
    return this.#bytes
  }

  #release(): void {
    if (this.end > this.start) this.#wasm.__wbindgen_free(this.start, this.end - this.start, 1)
    this.start = 0
    this.end = 0
  }

  /** Nearly every name is ASCII, and for short text a loop is four times as fast as an encoder. */
  #put(name: string): readonly [at: number, byteCount: number] {
    const wasm = this.#wasm
    const at = wasm.__wbindgen_malloc(name.length, 1) >>> 0
    const room = this.bytes
    let index = 0
    for (; index < name.length; index++) {
      const code = name.charCodeAt(index)
      if (code > 0x7f) break
      room[at + index] = code
    }
    if (index === name.length) return [at, name.length]
    wasm.__wbindgen_free(at, name.length, 1)
    const bytes = encoder.encode(name)
    const longer = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0
    this.bytes.set(bytes, longer)
    return [longer, bytes.length]
  }
}

function isDemangler(exports: unknown): exports is Exports {
  if (typeof exports !== 'object' || exports === null || !('memory' in exports)) return false
  return names.every((name) => typeof Reflect.get(exports, name) === 'function')
}
