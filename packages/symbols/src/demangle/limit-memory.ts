const headerBytes = 8
const memorySection = 5

/**
 * A copy of a WebAssembly module whose own memory may not grow past `maxPages`: the engine gives an embedder no other way to bound a memory that
 * the module declares itself. Returns the bytes unchanged where they do not have the one memory that compilers write.
 */
export function limitMemory(wasm: Uint8Array, maxPages: number): Uint8Array {
  for (let at = headerBytes; at < wasm.length; ) {
    const id = wasm[at]
    const size = readLeb(wasm, at + 1)
    if (size === undefined) return wasm
    const end = size.next + size.value
    if (id !== memorySection) {
      at = end
      continue
    }
    // One memory, flags 0: a minimum and no maximum.
    if (wasm[size.next] !== 1 || wasm[size.next + 1] !== 0) return wasm
    const minimum = readLeb(wasm, size.next + 2)
    if (minimum === undefined || minimum.next !== end) return wasm
    const content = [1, 1, ...leb(minimum.value), ...leb(Math.max(minimum.value, maxPages))]
    const section = [memorySection, ...leb(content.length), ...content]
    const limited = new Uint8Array(at + section.length + wasm.length - end)
    limited.set(wasm.subarray(0, at))
    limited.set(section, at)
    limited.set(wasm.subarray(end), at + section.length)
    return limited
  }
  return wasm
}

/** Unsigned LEB128 of at most 32 bits. */
function readLeb(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, next: at + index + 1 }
  }
  return undefined
}

function leb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 0x80)
  }
}
