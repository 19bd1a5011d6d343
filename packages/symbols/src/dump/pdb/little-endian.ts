/** Reads past the end give 0, as the callers check lengths where it matters. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
}

export function i32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
}

/** A 64 bit number as a double: exact below 2^53, which is far beyond every size and address that is used. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 0x1_0000_0000
}

export function u32Array(bytes: Uint8Array, at: number, count: number): Uint32Array {
  const values = new Uint32Array(count)
  for (let i = 0; i < count; i++) values[i] = u32(bytes, at + i * 4)
  return values
}

const decoder = new TextDecoder('utf-8')

/** A decoder takes 75 ns whatever the length; of few characters a loop takes less. */
const maxLoopChars = 8

/** The text from `at` to the first NUL, or to `end`. Bytes that are no UTF-8 become U+FFFD. */
export function cString(bytes: Uint8Array, at: number, end: number): string {
  let stop = bytes.indexOf(0, at)
  if (stop < 0 || stop > end) stop = end
  return text(bytes, at, stop)
}

export function text(bytes: Uint8Array, at: number, end: number): string {
  if (end - at > maxLoopChars) return decoder.decode(bytes.subarray(at, end))
  let result = ''
  for (let i = at; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte > 0x7f) return decoder.decode(bytes.subarray(at, end))
    result += String.fromCharCode(byte)
  }
  return result
}
