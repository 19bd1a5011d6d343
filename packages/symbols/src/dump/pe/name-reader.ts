import { cString } from '../pdb/little-endian.ts'
import { maxSymbolNameBytes } from './limits.ts'

const windowBytes = 64 * 1024

/** Names that lie one behind the other, so that many come from one read. */
export function nameReader(read: (at: number, length: number) => Uint8Array): (at: number) => string {
  let window: Uint8Array = new Uint8Array(0)
  let start = 0
  return (at) => {
    if (at < start || at + maxSymbolNameBytes > start + window.length) {
      start = at
      window = read(at, windowBytes)
    }
    return cString(window, at - start, Math.min(at - start + maxSymbolNameBytes, window.length))
  }
}
