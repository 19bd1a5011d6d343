/** How wide the dump's pointers are; decides how addresses are printed. */
export type PointerBytes = 4 | 8

/** `0x` and as many digits as a pointer has, zero-padded. */
export function formatAddress(address: bigint | number, pointerBytes: PointerBytes): string {
  return `0x${address.toString(16).padStart(pointerBytes * 2, '0')}`
}

/** `0x` and the shortest form. */
export function formatHex(value: bigint | number): string {
  return `0x${value.toString(16)}`
}

/** Path to file name; a dump of Windows is read on Linux, so both separators count. */
export function leafName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
