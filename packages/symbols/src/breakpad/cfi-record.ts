import type { CfiDelta, CfiRecord } from '../module-symbols.ts'
import { LineCursor, lineEnd } from './line-cursor.ts'

/** Reads a `STACK CFI INIT` line and the `STACK CFI` lines below it that hold at the address; undefined when the first is none. */
export function readCfi(bytes: Uint8Array, startOffset: number, size: number, address: number): CfiRecord | undefined {
  const cursor = new LineCursor(bytes)
  let init: string | undefined
  const deltas: CfiDelta[] = []
  let end = -1
  for (let at = 0; at < bytes.length; at = end + 1) {
    end = lineEnd(bytes, at)
    cursor.start(at, end)
    if (!cursor.skipWord('STACK') || !cursor.skipWord('CFI')) continue
    if (init === undefined) {
      if (!cursor.skipWord('INIT')) return undefined
      cursor.hex()
      cursor.hex()
      init = cursor.rest()
      continue
    }
    const offset = cursor.hex()
    if (offset >= 0 && offset <= address && cursor.hasMore()) deltas.push({ offset, rules: cursor.rest() })
  }
  if (init === undefined) return undefined
  deltas.sort((a, b) => a.offset - b.offset)
  return { startOffset, size, init, deltas }
}
