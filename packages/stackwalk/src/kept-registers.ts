import { maxKeptRegisterLists } from './limits.ts'

/** Registers of a frame whose values are known. */
export interface KnownRegisters {
  get(name: string): bigint | undefined
}

interface NameList {
  readonly names: readonly string[]
  readonly longer: Map<string, NameList>
}

const chunkValues = 8192

/**
 * Keeps the registers of many frames in little memory, a tenth of what a map and its numbers take: their values stand in shared arrays, and frames that
 * were found in the same way share the list of names.
 */
export class RegisterKeeper {
  readonly #root: NameList = { names: [], longer: new Map() }
  #lists = 1
  #chunk = new BigUint64Array(0)
  #used = 0

  keep(registers: ReadonlyMap<string, bigint>): KnownRegisters {
    let list = this.#root
    for (const name of registers.keys()) {
      const next = list.longer.get(name) ?? this.#longer(list, name)
      if (next === undefined) return registers
      list = next
    }
    if (this.#used + registers.size > this.#chunk.length) {
      this.#chunk = new BigUint64Array(Math.max(chunkValues, registers.size))
      this.#used = 0
    }
    const from = this.#used
    for (const value of registers.values()) this.#chunk[this.#used++] = value
    return new KeptRegisters(list.names, this.#chunk, from)
  }

  /** `undefined` when rules of a hostile file name registers in ever new orders. */
  #longer(list: NameList, name: string): NameList | undefined {
    if (this.#lists >= maxKeptRegisterLists) return undefined
    this.#lists++
    const longer = { names: [...list.names, name], longer: new Map() }
    list.longer.set(name, longer)
    return longer
  }
}

class KeptRegisters implements KnownRegisters {
  readonly #names: readonly string[]
  readonly #values: BigUint64Array
  readonly #from: number

  constructor(names: readonly string[], values: BigUint64Array, from: number) {
    this.#names = names
    this.#values = values
    this.#from = from
  }

  get(name: string): bigint | undefined {
    const at = this.#names.indexOf(name)
    return at < 0 ? undefined : this.#values[this.#from + at]
  }
}
