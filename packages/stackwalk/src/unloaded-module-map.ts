import type { UnloadedModule } from '@crashkeep/minidump'
import { maxUnloadedPerFrame } from './limits.ts'

/**
 * Finds the unloaded modules at an address; unlike loaded ones they overlap. Between two neighbouring starts or ends the answer is
 * the same, so it is computed once per such interval: a dump with many modules and many frames costs no product of the two.
 */
export class UnloadedModuleMap {
  readonly #modules: readonly UnloadedModule[]
  readonly #borders: bigint[]
  readonly #found = new Map<number, readonly UnloadedModule[]>()

  constructor(modules: readonly UnloadedModule[]) {
    this.#modules = modules
    const borders = modules.flatMap((module) => [module.baseAddress, module.baseAddress + BigInt(module.size)])
    this.#borders = [...new Set(borders)].sort((a, b) => (a < b ? -1 : 1))
  }

  at(address: bigint): readonly UnloadedModule[] {
    if (this.#modules.length === 0) return []
    const interval = this.#interval(address)
    const known = this.#found.get(interval)
    if (known !== undefined) return known
    const found: UnloadedModule[] = []
    for (const module of this.#modules) {
      if (found.length >= maxUnloadedPerFrame) break
      if (address >= module.baseAddress && address < module.baseAddress + BigInt(module.size)) found.push(module)
    }
    this.#found.set(interval, found)
    return found
  }

  /** How many borders lie at or below the address. */
  #interval(address: bigint): number {
    let from = 0
    let to = this.#borders.length
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.#borders[middle] ?? 0n) <= address) from = middle + 1
      else to = middle
    }
    return from
  }
}
