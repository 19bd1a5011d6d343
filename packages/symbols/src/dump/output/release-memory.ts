/**
 * Gives the memory of an array back now, not when garbage is collected: one that was outgrown is half as large as what replaced it. Nobody may hold
 * the array or a part of it. Engines of before 2023 cannot; there it waits.
 */
export function releaseMemory(array: Uint8Array | Int32Array | Uint32Array | Float64Array): void {
  const { buffer } = array
  if (buffer instanceof ArrayBuffer && typeof buffer.transfer === 'function') buffer.transfer(0)
}
