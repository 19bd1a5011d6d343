import { Cursor } from '../cursor.ts'
import { addressOrder } from '../output/address-order.ts'
import type { NameTable } from '../output/name-table.ts'
import { Doubles, Integers } from '../output/number-list.ts'
import { WindowedBytes } from '../window.ts'
import { type ElfFile, type ElfSection, sectionExecutable, sectionSource } from './elf-file.ts'

const symtabType = 2
const dynsymType = 11
const functionType = 2
/** The address is of code that chooses the function; a crash can lie in it. */
const indirectFunctionType = 10
const noType = 0
const machineArm = 40
const batch = 4096
/** Names of one address that are compared: libc has six for some functions. */
const maxAliases = 64

/** Functions of symbol tables by address: what names those of which the debug information tells less, or nothing. */
export class FunctionSymbols {
  readonly addresses: Doubles = new Doubles()
  readonly sizes: Doubles = new Doubles()
  /** Numbers of the name table that was given. */
  readonly names: Integers = new Integers()
  #order: Uint32Array = new Uint32Array(0)

  /** Sorts; of symbols at one address the first read goes first. */
  close(): void {
    this.#order = addressOrder(this.addresses)
  }

  /** The name of the first symbol at exactly this address, or -1; `preferred` where one has it. */
  nameAt(address: number, preferred: number = -1): number {
    const { addresses } = this
    const low = this.#firstFrom(address)
    let name = -1
    for (let at = low; at < this.#order.length && at < low + maxAliases; at++) {
      const index = this.#order[at] ?? 0
      if (addresses.at(index) !== address) break
      if (this.names.at(index) === preferred) return preferred
      if (name < 0) name = this.names.at(index)
    }
    return name
  }

  /** The size of the first symbol at exactly this address, or 0. */
  sizeAt(address: number): number {
    const index = this.#order[this.#firstFrom(address)]
    return index === undefined || this.addresses.at(index) !== address ? 0 : this.sizes.at(index)
  }

  /** The symbols from `start` to `end`, one for each address; one without a size reaches to the next. */
  between(start: number, end: number, found: (address: number, size: number, name: number) => void): void {
    const { addresses } = this
    for (let at = this.#firstFrom(start); at < this.#order.length; ) {
      const index = this.#order[at] ?? 0
      const address = addresses.at(index)
      if (address >= end) return
      do at++
      while (at < this.#order.length && addresses.at(this.#order[at] ?? 0) === address)
      const next = at < this.#order.length ? Math.min(addresses.at(this.#order[at] ?? 0), end) : end
      found(address, Math.min(this.sizes.at(index) || next - address, next - address), this.names.at(index))
    }
  }

  #firstFrom(address: number): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.addresses.at(this.#order[middle] ?? 0) < address) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Reads the functions of `.symtab` and `.dynsym` that lie in executable sections. Addresses are relative to the module. */
export function readFunctionSymbols(file: ElfFile, names: NameTable, into: FunctionSymbols): void {
  for (const type of [symtabType, dynsymType]) {
    const tables = file.sections.filter((section) => section.type === type && section.size > 0)
    for (const table of tables) readTable(file, table, names, into)
    // A whole symbol table has the dynamic symbols, too.
    if (type === symtabType && tables.length > 0) return
  }
}

function readTable(file: ElfFile, table: ElfSection, names: NameTable, into: FunctionSymbols): void {
  const stringSection = file.sections[table.link]
  if (stringSection === undefined) return
  const entry = file.wide ? 24 : 16
  const source = sectionSource(file, table)
  const strings = new WindowedBytes(sectionSource(file, stringSection))
  for (let offset = 0; offset + entry <= source.size; offset += entry * batch) {
    const bytes = source.read(offset, entry * batch)
    const cursor = new Cursor(bytes, 0, bytes.length, file.littleEndian)
    for (let at = 0; at + entry <= bytes.length; at += entry) {
      const info = bytes[at + (file.wide ? 4 : 12)] ?? 0
      const type = info & 15
      if (type !== functionType && type !== indirectFunctionType && type !== noType) continue
      cursor.position = at
      const nameOffset = cursor.u32()
      let address: number
      let size: number
      let sectionIndex: number
      if (file.wide) {
        cursor.position = at + 6
        sectionIndex = cursor.u16()
        address = cursor.i64()
        size = cursor.u64()
      } else {
        address = cursor.u32()
        size = cursor.u32()
        cursor.position = at + 14
        sectionIndex = cursor.u16()
      }
      // Functions in assembly may lack a type; without a size it is a label.
      if (type === noType && (info >> 4 === 0 || size === 0)) continue
      const section = sectionIndex === 0 ? undefined : file.sections[sectionIndex]
      if (section === undefined || (section.flags & sectionExecutable) === 0) continue
      // The lowest bit says Thumb.
      if (file.machine === machineArm && type !== noType && address % 2 === 1) address -= 1
      const name = addName(strings, nameOffset, names)
      if (name < 0) continue
      into.addresses.push(address - file.baseAddress)
      into.sizes.push(size)
      into.names.push(name)
    }
  }
  strings.release()
}

function addName(strings: WindowedBytes, offset: number, names: NameTable): number {
  if (offset === 0 || offset >= strings.size) return -1
  for (let length = 256; ; length *= 8) {
    const at = strings.at(offset, length)
    const end = strings.bytes.indexOf(0, at)
    if (end >= 0) return end === at ? -1 : names.addBytes(strings.bytes, at, end)
    if (offset + length >= strings.size || length > 1024 * 1024) return -1
  }
}
