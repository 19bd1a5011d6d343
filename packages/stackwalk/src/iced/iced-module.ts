import { StackwalkError } from '../errors.ts'

/** What of WebAssembly is used here: neither Node's types nor ECMAScript's have it without those of a browser. */
declare const WebAssembly: {
  readonly Module: (new (bytes: Uint8Array) => object) & { imports(module: object): { readonly name: string }[] }
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly Memory: new () => { readonly buffer: ArrayBuffer }
}

/** What iced's WebAssembly exports, as far as it is called here. */
export interface IcedModule {
  call(name: string, ...values: readonly (number | bigint)[]): number
  callLong(name: string, ...values: readonly (number | bigint)[]): bigint
  /** Calls what writes a result of four words into memory; the words. */
  callIntoMemory(name: string, ...values: readonly (number | bigint)[]): DataView
  /** Copies into memory that `decoder_free` frees. */
  copyIn(bytes: Uint8Array): number
  /** Runs what fills a JavaScript array from inside: pointers to the objects that it makes. */
  collect(name: string, ...values: readonly (number | bigint)[]): readonly number[]
}

/** Where wasm-bindgen, which made the file, takes space for results; it grows downwards. */
const resultBytes = 16

/** wasm-bindgen keeps the numbers below for `undefined`, `null` and the like. */
const firstHandle = 132

/**
 * Instead of the package's own JavaScript, of which a decoder of one instruction uses a hundredth: loading it takes 13 MB and 25 ms, this
 * and the WebAssembly 4 MB and 3 ms. Names of exports are those of iced-x86 1.21.0.
 */
export function instantiateIced(bytes: Uint8Array): IcedModule {
  let handles: (number | number[])[] = []
  const hold = (value: number | number[]) => firstHandle + handles.push(value) - 1
  const push = (list: number, item: number) => {
    const [array, pointer] = [handles[list - firstHandle], handles[item - firstHandle]]
    return Array.isArray(array) && typeof pointer === 'number' ? array.push(pointer) : 0
  }
  const fail = () => {
    throw new StackwalkError('unusable_decoder', 'The decoder of instructions gave up; its WebAssembly may be damaged.')
  }
  const imports: Record<string, (first: number, second: number) => number> = {
    __wbg_new_34c624469fb1d4fd: () => hold([]),
    __wbg_push_906164999551d793: push,
    __wbg_usedmemory_new: (pointer) => hold(pointer),
    __wbindgen_object_drop_ref: () => 0,
  }
  const compiled = new WebAssembly.Module(bytes)
  const known = WebAssembly.Module.imports(compiled).map(({ name }) => [name, imports[name] ?? fail] as const)
  const { exports } = new WebAssembly.Instance(compiled, { __wbindgen_placeholder__: Object.fromEntries(known) })
  const { memory } = exports
  if (!(memory instanceof WebAssembly.Memory)) throw unknownModule('memory')

  const run = (name: string, values: readonly (number | bigint)[]): unknown => {
    const found = exports[name]
    if (typeof found !== 'function') throw unknownModule(name)
    return found(...values)
  }
  const call = (name: string, ...values: readonly (number | bigint)[]) => Number(run(name, values) ?? 0)
  const callLong = (name: string, ...values: readonly (number | bigint)[]) => {
    const result = run(name, values)
    if (typeof result !== 'bigint') throw unknownModule(name)
    return result
  }
  const callIntoMemory = (name: string, ...values: readonly (number | bigint)[]) => {
    const pointer = call('__wbindgen_add_to_stack_pointer', -resultBytes)
    try {
      call(name, pointer, ...values)
      return new DataView(memory.buffer.slice(pointer, pointer + resultBytes))
    } finally {
      call('__wbindgen_add_to_stack_pointer', resultBytes)
    }
  }
  const copyIn = (bytes: Uint8Array) => {
    const pointer = call('__wbindgen_malloc', bytes.length, 1) >>> 0
    new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes)
    return pointer
  }
  const collect = (name: string, ...values: readonly (number | bigint)[]) => {
    handles = []
    const list = handles[call(name, ...values) - firstHandle]
    return Array.isArray(list) ? list : []
  }
  return { call, callLong, callIntoMemory, copyIn, collect }
}

function unknownModule(name: string): StackwalkError {
  return new StackwalkError('unusable_decoder', `This is not the WebAssembly of iced-x86 1.21.0: it exports no ${name}.`)
}
