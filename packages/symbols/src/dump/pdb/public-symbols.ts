import { Doubles } from '../output/number-list.ts'
import type { AddressMap } from './address-map.ts'
import { isConstantName } from './decorated-name.ts'
import { cString, u16, u32 } from './little-endian.ts'
import type { MsfStream } from './msf.ts'
import { StreamWindow } from './stream-window.ts'

const publicKind = 0x110e
/** Of before Visual C++ 2005: its name has a length byte instead of a NUL. */
const oldPublicKind = 0x1009
const windows = 64

/** Names of the linker with their addresses; names stay in the file until they are asked for. */
export class PublicSymbols {
  readonly #window: StreamWindow | undefined
  /** By address; where one has several, in the file's order. */
  readonly #addresses: Float64Array
  readonly #places: Float64Array

  constructor(stream: MsfStream | undefined, map: AddressMap) {
    const [addresses, places] = [new Doubles(), new Doubles()]
    this.#window = stream === undefined ? undefined : new StreamWindow(stream, windows)
    if (this.#window !== undefined) scan(this.#window, map, addresses, places)
    const order = Uint32Array.from({ length: addresses.length }, (_, index) => index)
    order.sort((left, right) => addresses.at(left) - addresses.at(right) || left - right)
    this.#addresses = Float64Array.from(order, (index) => addresses.at(index))
    this.#places = Float64Array.from(order, (index) => places.at(index))
  }

  get count(): number {
    return this.#addresses.length
  }

  address(index: number): number {
    return this.#addresses[index] ?? 0
  }

  /** First of those at or after an address. */
  indexAt(address: number): number {
    let low = 0
    let high = this.#addresses.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#addresses[middle] ?? 0) < address) low = middle + 1
      else high = middle
    }
    return low
  }

  name(index: number): string {
    const window = this.#window
    if (window === undefined) return ''
    window.seek(this.#places[index] ?? 0)
    const { bytes, at } = window
    const end = at + 2 + u16(bytes, at)
    if (u16(bytes, at + 2) === publicKind) return cString(bytes, at + 14, end)
    return cString(bytes, at + 15, Math.min(end, at + 15 + (bytes[at + 14] ?? 0)))
  }
}

function scan(window: StreamWindow, map: AddressMap, addresses: Doubles, places: Doubles): void {
  for (let place = 0; place + 4 <= window.size; ) {
    window.seek(place)
    const { bytes, at } = window
    const length = u16(bytes, at)
    if (length < 2) return
    const kind = u16(bytes, at + 2)
    if (kind === publicKind || kind === oldPublicKind) {
      const segment = u16(bytes, at + 12)
      const address = map.isCode(segment) ? map.rva(segment, u32(bytes, at + 8)) : -1
      const first = bytes[at + (kind === publicKind ? 14 : 15)]
      // Only names that begin like a constant's are read here.
      if (address >= 0 && !((first === 0x3f || first === 0x5f) && isConstantName(cString(bytes, at + 14, at + 2 + length)))) {
        addresses.push(address)
        places.push(place)
      }
    }
    place += 2 + length
  }
}
