/** The part of a module that its place in memory needs. */
export interface PlacedModule {
  readonly baseAddress: bigint
  readonly size: number
}

const wordRange = 0x1_0000_0000

/**
 * Finds the module at an address. Sorted by start; a module that starts inside an earlier one is not found by address (it stays
 * listed), as in rust-minidump. Addresses are pairs of 32-bit halves in the look-up that scanning uses.
 */
export class ModuleMap {
  /** Indexes into the list of modules, by address, without the ones that lie inside others. */
  readonly byAddress: readonly number[]
  readonly #startHigh: Uint32Array
  readonly #startLow: Uint32Array
  readonly #sizes: Float64Array
  /** How far into the module that {@link findHalves} found the address lies. */
  foundOffset = 0

  constructor(modules: readonly PlacedModule[]) {
    const order = modules.map((_, index) => index)
    const placed = modules.map((module) => ({ start: module.baseAddress, size: module.size }))
    order.sort((a, b) => compare(placed[a], placed[b]) || a - b)
    const kept: number[] = []
    let end = -1n
    for (const index of order) {
      const module = placed[index]
      if (module === undefined || module.size <= 0 || module.start <= end) continue
      const last = module.start + BigInt(module.size) - 1n
      if (last > 0xffff_ffff_ffff_ffffn) continue
      end = last
      kept.push(index)
    }
    this.byAddress = kept
    this.#startHigh = new Uint32Array(kept.length)
    this.#startLow = new Uint32Array(kept.length)
    this.#sizes = new Float64Array(kept.length)
    kept.forEach((index, position) => {
      const module = placed[index]
      if (module === undefined) return
      this.#startHigh[position] = Number(module.start >> 32n)
      this.#startLow[position] = Number(module.start & 0xffff_ffffn)
      this.#sizes[position] = module.size
    })
  }

  /** Index of the module at an address given as two halves, or -1. Sets {@link foundOffset}. */
  findHalves(high: number, low: number): number {
    let from = 0
    let to = this.byAddress.length
    while (from < to) {
      const middle = (from + to) >>> 1
      const startHigh = this.#startHigh[middle] ?? 0
      if (startHigh < high || (startHigh === high && (this.#startLow[middle] ?? 0) <= low)) from = middle + 1
      else to = middle
    }
    if (from === 0) return -1
    const position = from - 1
    const offset = (high - (this.#startHigh[position] ?? 0)) * wordRange + (low - (this.#startLow[position] ?? 0))
    if (offset >= (this.#sizes[position] ?? 0)) return -1
    this.foundOffset = offset
    return this.byAddress[position] ?? -1
  }

  /** Index of the module at an address, or -1. Sets {@link foundOffset}. */
  find(address: bigint): number {
    return this.findHalves(Number((address >> 32n) & 0xffff_ffffn), Number(address & 0xffff_ffffn))
  }
}

function compare(a: { start: bigint; size: number } | undefined, b: { start: bigint; size: number } | undefined): number {
  if (a === undefined || b === undefined) return 0
  if (a.start !== b.start) return a.start < b.start ? -1 : 1
  return a.size - b.size
}
