import { Doubles, Integers } from '../output/number-list.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { Problems } from '../problem.ts'
import type { AddressMap } from './address-map.ts'
import { AddressSet } from './address-set.ts'
import type { CrossModuleTypes } from './cross-module-types.ts'
import { decoratedName } from './decorated-name.ts'
import { FunctionBody } from './function-body.ts'
import { maxPublicAliases } from './limits.ts'
import type { ModuleLines } from './module-lines.ts'
import type { PublicSymbols } from './public-symbols.ts'
import type { StringTable } from './string-table.ts'
import type { TypeNames } from './type-names.ts'

/** What all modules of a PDB share while their functions become records. */
export class PdbSymbols {
  readonly map: AddressMap
  readonly names: TypeNames
  readonly records: SymbolRecords
  readonly problems: Problems
  readonly cross: CrossModuleTypes
  readonly inlines: boolean
  readonly #publics: PublicSymbols
  readonly #strings: StringTable
  readonly #files = new Map<number, number>()
  readonly #origins = new Map<number, number>()
  readonly #seen = new AddressSet()
  readonly #starts = new Doubles()
  readonly #sizes = new Doubles()
  readonly #free: FunctionBody[] = []
  readonly #thunkAddresses = new Doubles()
  readonly #thunkSizes = new Integers()
  readonly #thunkNames = new Integers()
  #firstTrampoline = -1

  constructor(parts: {
    map: AddressMap
    names: TypeNames
    records: SymbolRecords
    problems: Problems
    cross: CrossModuleTypes
    inlines: boolean
    publics: PublicSymbols
    strings: StringTable
  }) {
    this.map = parts.map
    this.names = parts.names
    this.records = parts.records
    this.problems = parts.problems
    this.cross = parts.cross
    this.inlines = parts.inlines
    this.#publics = parts.publics
    this.#strings = parts.strings
  }

  /** From a module's numbers of files to those of the output. */
  fileNumbers(lines: ModuleLines): (file: number) => number {
    const known = new Map<number, number>()
    return (file) => {
      let number = known.get(file)
      if (number === undefined) {
        number = this.#fileNumber(lines.fileName(file))
        known.set(file, number)
      }
      return number
    }
  }

  #fileNumber(name: number): number {
    let number = this.#files.get(name)
    if (number === undefined) {
      const path = name < 0 ? '' : this.#strings.get(name)
      number = this.records.files.add(path === '' ? '<unknown>' : path)
      this.#files.set(name, number)
    }
    return number
  }

  /** `id` as the module of these lines numbers it. */
  origin(lines: ModuleLines, local: number): number {
    const id = this.cross.resolve(lines, local)
    let origin = this.#origins.get(id)
    if (origin === undefined) {
      origin = this.records.origins.add(this.names.inlineeName(id) ?? '<unknown inlined function>')
      this.#origins.set(id, origin)
    }
    return origin
  }

  /** Undefined where the linker has put several equal functions into one place: the first one's lines are enough. */
  openFunction(address: number, size: number, name: string): FunctionBody | undefined {
    if (!this.#seen.add(address)) {
      this.records.addFunction(address, size, this.records.names.add(name))
      return undefined
    }
    const [fullName, parameterSize] = this.#withPublicName(address, name)
    this.#starts.push(address)
    this.#sizes.push(size)
    const body = this.#free.pop() ?? new FunctionBody()
    body.begin(address, size)
    body.name = this.records.names.add(fullName)
    body.parameterSize = parameterSize
    return body
  }

  release(body: FunctionBody): void {
    this.#free.push(body)
  }

  /** A public symbol at the same place may tell the arguments, where the function's own name does not, and their size on x86. */
  #withPublicName(address: number, name: string): [string, number] {
    let parameterSize = 0
    const first = this.#publics.indexAt(address)
    const end = Math.min(this.#publics.count, first + maxPublicAliases)
    for (let index = first; index < end && this.#publics.address(index) === address; index++) {
      const known = decoratedName(this.#publics.name(index))
      if (!name.includes('(') && !name.startsWith('?')) name = known.name
      parameterSize = known.parameterSize ?? parameterSize
    }
    return [name, parameterSize]
  }

  addThunk(segment: number, offset: number, size: number, name: string): void {
    const address = this.map.rva(segment, offset)
    if (address <= 0) return
    this.#thunkAddresses.push(address)
    this.#thunkSizes.push(size)
    this.#thunkNames.push(this.records.names.add(decoratedName(name).name))
  }

  /** Jumps of incremental linking, through which every call goes. No symbol names them; debuggers do as here. */
  addTrampoline(segment: number, offset: number, size: number, target: { segment: number; offset: number }): void {
    const address = this.map.rva(segment, offset)
    const to = this.map.rva(target.segment, target.offset)
    if (address <= 0) return
    if (this.#firstTrampoline < 0) this.#firstTrampoline = address
    const index = this.#publics.indexAt(to)
    const name = this.#publics.address(index) === to && index < this.#publics.count ? this.#publics.name(index) : ''
    this.#thunkAddresses.push(address)
    this.#thunkSizes.push(size)
    this.#thunkNames.push(this.records.names.add(`@ILT+${Math.max(0, address - this.#firstTrampoline)}(${name})`))
  }

  /** After all modules: public symbols where no function is, thunks where no symbol is, and what ends the last one. */
  finish(moduleName: string): void {
    const order = Uint32Array.from({ length: this.#starts.length }, (_, index) => index)
    order.sort((left, right) => this.#starts.at(left) - this.#starts.at(right))
    this.#addPublics(order)
    this.#addThunks()
    this.#addEnd(order, moduleName)
  }

  #addPublics(order: Uint32Array): void {
    const publics = this.#publics
    let [next, covered, size] = [0, 0, 0]
    for (let index = 0; index < publics.count; index++) {
      const address = publics.address(index)
      for (; next < order.length && this.#starts.at(order[next] ?? 0) <= address; next++) {
        const start = this.#starts.at(order[next] ?? 0)
        size = Math.max(1, this.#sizes.at(order[next] ?? 0))
        covered = Math.max(covered, start + size)
      }
      if (address < covered || address === 0) continue
      const { name, parameterSize } = decoratedName(publics.name(index))
      this.records.addPublic(address, this.records.names.add(name), 0, parameterSize ?? 0)
    }
  }

  #addThunks(): void {
    for (let i = 0; i < this.#thunkAddresses.length; i++) {
      const address = this.#thunkAddresses.at(i)
      const index = this.#publics.indexAt(address)
      if (index < this.#publics.count && this.#publics.address(index) === address) continue
      if (!this.#seen.add(address)) continue
      this.records.addPublic(address, this.#thunkNames.at(i), this.#thunkSizes.at(i))
    }
  }

  /** Code behind the last symbol is none of it. */
  #addEnd(order: Uint32Array, moduleName: string): void {
    const last = order[order.length - 1]
    let end = last === undefined ? 0 : this.#starts.at(last) + Math.max(1, this.#sizes.at(last))
    if (this.#publics.count > 0) end = Math.max(end, this.#publics.address(this.#publics.count - 1) + 1)
    for (let i = 0; i < this.#thunkAddresses.length; i++) end = Math.max(end, this.#thunkAddresses.at(i) + this.#thunkSizes.at(i))
    if (end > 0) this.records.addPublic(end, this.records.names.add(`<unknown in ${moduleName}>`))
  }
}
