import type { ByteSource } from '../../byte-source.ts'
import type { NameTable } from '../output/name-table.ts'
import { Doubles, Integers } from '../output/number-list.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import { decoratedName } from '../pdb/decorated-name.ts'
import type { Problems } from '../problem.ts'
import { forEachCoffFunction } from './coff-symbols.ts'
import { forEachExport } from './exports.ts'
import { forEachUnwindFunction } from './pe-frames.ts'
import { machineX86, type PeFile } from './read-pe.ts'

/** Names of one address that are compared. */
const maxAliases = 64

/** Names of functions that a PE has itself: exports, and MinGW's symbol table. By address; equal ones in the order of the file. */
export class PeSymbols {
  readonly #addresses = new Doubles()
  readonly #names = new Integers()
  readonly #order: Uint32Array

  /** `debug` has the symbol table, `pe` the exports. */
  constructor(debug: { readonly source: ByteSource; readonly pe: PeFile }, pe: PeFile, names: NameTable, problems: Problems) {
    const add = (rva: number, name: string): void => {
      this.#addresses.push(rva)
      this.#names.push(names.add(name))
    }
    forEachExport(pe, problems, (rva, name) => add(rva, name.startsWith('_Z') ? name : decoratedName(name).name))
    forEachCoffFunction(debug.source, debug.pe, (rva, name) => add(rva, pe.machine === machineX86 ? undecorated(name) : name))
    this.#order = Uint32Array.from({ length: this.#addresses.length }, (_, index) => index)
    this.#order.sort((left, right) => this.#addresses.at(left) - this.#addresses.at(right) || left - right)
  }

  get count(): number {
    return this.#order.length
  }

  address(place: number): number {
    return this.#addresses.at(this.#order[place] ?? 0)
  }

  name(place: number): number {
    return this.#names.at(this.#order[place] ?? 0)
  }

  /** First of those at or after an address. */
  indexAt(rva: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.address(middle) < rva) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The name of a symbol at exactly this address, or -1: `preferred` where one has it, else that of the symbol table, which is behind the exports. */
  nameAt(rva: number, preferred: number): number {
    let name = -1
    for (let place = this.indexAt(rva), end = place + maxAliases; place < Math.min(end, this.count); place++) {
      if (this.address(place) !== rva) break
      name = this.name(place)
      if (name === preferred) return preferred
    }
    return name
  }

  /** Each goes on to the next. */
  between(start: number, end: number, found: (rva: number, size: number, name: number) => void): void {
    for (let place = this.indexAt(start); place < this.count && this.address(place) < end; place++) {
      const next = place + 1 < this.count ? this.address(place + 1) : end
      if (next > this.address(place)) found(this.address(place), Math.min(next, end) - this.address(place), this.name(place))
    }
  }
}

/** On x86, C names have an underscore before them, and so have the compiler's own `_Z…`. */
function undecorated(name: string): string {
  return name.startsWith('__Z') ? name.slice(1) : decoratedName(name).name
}

/** Functions of the unwind table that nothing else describes, so that their code is not taken for the symbol's before them; then all symbols. */
export function addPeSymbols(pe: PeFile, symbols: PeSymbols, records: SymbolRecords, problems: Problems, moduleName: string): void {
  const covered = coverage(records)
  const unknown = `<unknown in ${moduleName}>`
  let end = covered.end
  const addUnknown = (begin: number, stop: number): void => {
    end = Math.max(end, stop)
    if (covered.has(begin)) return
    const place = symbols.indexAt(begin)
    const named = place < symbols.count && symbols.address(place) === begin
    records.addFunction(begin, stop - begin, named ? symbols.name(place) : records.names.add(unknown))
  }
  problems.guard(() => forEachUnwindFunction(pe, problems, addUnknown))
  for (let place = 0; place < symbols.count; place++) {
    records.addPublic(symbols.address(place), symbols.name(place))
    end = Math.max(end, symbols.address(place) + 1)
  }
  if (end > 0) records.addPublic(end, records.names.add(unknown))
}

/** Which addresses functions cover that were added so far. */
function coverage(records: SymbolRecords): { readonly end: number; has(address: number): boolean } {
  const count = records.functionCount
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  order.sort((left, right) => records.functionAddress(left) - records.functionAddress(right))
  const starts = Float64Array.from(order, (index) => records.functionAddress(index))
  const ends = Float64Array.from(order, (index) => records.functionAddress(index) + Math.max(1, records.functionSize(index)))
  for (let i = 1; i < count; i++) ends[i] = Math.max(ends[i] ?? 0, ends[i - 1] ?? 0)
  return {
    end: ends[count - 1] ?? 0,
    has(address: number): boolean {
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((starts[middle] ?? 0) <= address) low = middle + 1
        else high = middle
      }
      return low > 0 && address < (ends[low - 1] ?? 0)
    },
  }
}
