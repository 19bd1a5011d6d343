import type { CfiRecord, StackWinRecord } from '@crashkeep/symbols'
import { formatAddress, formatHex, type PointerBytes } from './address.ts'
import { maxCachedTrustDetails, maxTrustDetailLength } from './limits.ts'
import type { WalkedFrame } from './walk/frame.ts'
import type { DumpWalk } from './walk/walk.ts'

/**
 * Why a frame is believed, in words that lead to the place: the record of the callee's symbol file that told where its return address
 * is, or where on the stack the address was found.
 */
export class TrustDetails {
  readonly #walk: DumpWalk
  readonly #stackPointer: string
  readonly #width: PointerBytes
  /** By module and offset: a recursion asks for the same record again and again. */
  readonly #records = new Map<string, string>()

  constructor(walk: DumpWalk, stackPointer: string, width: PointerBytes) {
    this.#walk = walk
    this.#stackPointer = stackPointer
    this.#width = width
  }

  /** `callee` is the frame before; null: the frame is the context's own. */
  of(frame: WalkedFrame, callee: WalkedFrame | undefined): string | null {
    if (callee === undefined || frame.trust === 'context') return null
    return frame.trust === 'cfi' ? this.#record(callee) : this.#place(frame, callee)
  }

  #record({ symbols: place }: WalkedFrame): string | null {
    if (place === undefined) return null
    const key = `${place.moduleIndex}:${place.moduleOffset}`
    const known = this.#records.get(key)
    if (known !== undefined) return known
    const symbols = this.#walk.symbols.symbols(place.moduleIndex)
    const win = symbols?.winAt(place.moduleOffset)
    const cfi = win === undefined ? symbols?.cfiAt(place.moduleOffset) : undefined
    const text = win !== undefined ? winText(win) : cfi !== undefined ? cfiText(cfi) : undefined
    if (text === undefined) return null
    // Joined: a slice keeps the whole text alive.
    const cut = text.length > maxTrustDetailLength ? [text.slice(0, maxTrustDetailLength), '…'].join('') : text
    if (this.#records.size >= maxCachedTrustDetails) this.#records.clear()
    this.#records.set(key, cut)
    return cut
  }

  /** The stack pointer of a caller is right above its return address. */
  #place(frame: WalkedFrame, callee: WalkedFrame): string | null {
    const stackPointer = frame.registers.get(this.#stackPointer)
    const below = callee.registers.get(this.#stackPointer)
    if (stackPointer === undefined || below === undefined || stackPointer < below + BigInt(this.#width)) return null
    const slot = stackPointer - BigInt(this.#width)
    // Joined: a text that is put together with + keeps its parts, twice its own size.
    return ['return address at ', formatAddress(slot, this.#width), ', ', formatHex(slot - below), ' bytes above the stack pointer'].join(
      '',
    )
  }
}

function cfiText(record: CfiRecord): string {
  const init = `STACK CFI INIT ${record.startOffset.toString(16)} ${record.size.toString(16)} ${record.init}`
  return [init, ...record.deltas.map(({ offset, rules }) => `STACK CFI ${offset.toString(16)} ${rules}`)].join('; ')
}

function winText(record: StackWinRecord): string {
  const head = `${record.startOffset.toString(16)} ${record.size.toString(16)}`
  return record.kind === 'frame-data' ? `STACK WIN 4 ${head} ${record.program}` : `STACK WIN 0 ${head}`
}
