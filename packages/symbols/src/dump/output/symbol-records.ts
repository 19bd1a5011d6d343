import { maxFunctions, maxPublics, maxRecords } from '../limits.ts'
import { Damage } from '../problem.ts'
import { addressOrder } from './address-order.ts'
import { ByteArena } from './byte-arena.ts'
import { NameTable } from './name-table.ts'
import { Doubles, Integers } from './number-list.ts'
import type { SymbolWriter } from './symbol-writer.ts'

/** The lowest bits of a record's first number. */
const kindLine = 0
/** A line that does not begin where the one before ends, or has another file. */
const kindPlacedLine = 1
const kindInline = 2
const kindEnd = 3

export interface SymbolCounts {
  functions: number
  publics: number
  lines: number
  inlines: number
}

/**
 * Functions with their lines and inlines, and publics, in the order in which a debug file tells them; written in the order of addresses.
 * A line takes about four bytes here, a function thirty and its name. Addresses are relative to the module, sizes below 2^32.
 */
export class SymbolRecords {
  readonly files: NameTable = new NameTable()
  readonly origins: NameTable = new NameTable()
  /** Of functions and publics, as they stand in the file (mangled). */
  readonly names: NameTable = new NameTable()

  readonly #addresses = new Doubles()
  readonly #sizes = new Doubles()
  readonly #names = new Integers()
  readonly #parameterSizes = new Integers()
  readonly #bodies = new Doubles()
  readonly #multiple = new Set<number>()
  readonly #publicAddresses = new Doubles()
  readonly #publicSizes = new Doubles()
  readonly #publicNames = new Integers()
  readonly #publicParameterSizes = new Integers()
  #body = new ByteArena()
  // Not `#`: V8's quick compiler knows no short way to write those, and these are written millions of times.
  private records = 0
  #open = false
  // What the next line is compared with.
  private start = 0
  private end = 0
  private line = 0
  private file = 0

  /** Called with the size of each file or section that is read: bounds the work with names. */
  allow(bytes: number): void {
    for (const table of [this.files, this.origins, this.names]) table.allow(bytes)
  }

  get functionCount(): number {
    return this.#addresses.length
  }

  functionAddress(index: number): number {
    return this.#addresses.at(index)
  }

  functionSize(index: number): number {
    return this.#sizes.at(index)
  }

  /** Begins a function; its inlines and lines follow. `name` is a number of `names`. */
  addFunction(address: number, size: number, name: number, parameterSize = 0, multiple = false): void {
    this.#endBody()
    if (this.#addresses.length >= maxFunctions) throw new Damage('too_many_functions', 'The file has more functions than the limit.')
    if (multiple) this.#multiple.add(this.#addresses.length)
    this.#addresses.push(address)
    this.#sizes.push(size)
    this.#names.push(name)
    this.#parameterSizes.push(parameterSize)
    this.#bodies.push(this.#body.position())
    this.#open = true
    this.start = address
    this.end = address
    this.line = 0
    this.file = 0
  }

  /** Of the last function. `ranges` are pairs of address and size from index `from` to `to`; `origin` and `callFile` numbers of `origins` and `files`. */
  addInline(
    depth: number,
    callLine: number,
    callFile: number,
    origin: number,
    ranges: ArrayLike<number>,
    from: number = 0,
    to: number = ranges.length,
  ): void {
    this.#count()
    const body = this.#body
    body.next()
    body.unsigned(depth * 4 + kindInline)
    body.unsigned(callLine)
    body.unsigned(callFile)
    body.unsigned(origin)
    body.unsigned((to - from) / 2)
    for (let index = from; index < to; index += 2) {
      body.next()
      body.signed((ranges[index] ?? 0) - this.start)
      body.unsigned(ranges[index + 1] ?? 0)
    }
  }

  /** Of the last function; after its inlines. `file` is a number of `files`. */
  addLine(address: number, size: number, line: number, file: number): void {
    this.#count()
    const body = this.#body
    body.next()
    if (address === this.end && file === this.file) {
      body.unsigned(size * 4 + kindLine)
    } else {
      body.unsigned(size * 4 + kindPlacedLine)
      body.signed(address - this.end)
      body.unsigned(file)
    }
    body.signed(line - this.line)
    this.end = address + size
    this.line = line
    this.file = file
  }

  /** A symbol without lines; its size, where known, says how far it hides others. Those inside functions are left out when writing. */
  addPublic(address: number, name: number, size = 0, parameterSize = 0): void {
    if (this.#publicAddresses.length >= maxPublics) throw new Damage('too_many_publics', 'The file has more symbols than the limit.')
    this.#publicAddresses.push(address)
    this.#publicSizes.push(size)
    this.#publicNames.push(name)
    this.#publicParameterSizes.push(parameterSize)
  }

  /** Writes files, origins, then functions and publics by address; what lies before the module is left out. Of several functions at one address the first is written, marked as multiple. */
  write(writer: SymbolWriter): SymbolCounts {
    this.#endBody()
    const counts: SymbolCounts = { functions: 0, publics: 0, lines: 0, inlines: 0 }
    for (let id = 0; id < this.files.count; id++) writer.file(id, this.files)
    for (let id = 0; id < this.origins.count; id++) writer.inlineOrigin(id, this.origins)
    const functions = addressOrder(this.#addresses)
    const publics = addressOrder(this.#publicAddresses)
    let nextPublic = 0
    let covered = Number.NEGATIVE_INFINITY
    const publicsBefore = (limit: number): void => {
      while (nextPublic < publics.length) {
        const index = publics[nextPublic] ?? 0
        const address = this.#publicAddresses.at(index)
        if (address >= limit) return
        let after = nextPublic + 1
        while (after < publics.length && this.#publicAddresses.at(publics[after] ?? 0) === address) after++
        if (address >= covered && address >= 0) {
          this.#writePublic(writer, publics, nextPublic, after)
          counts.publics++
        }
        nextPublic = after
      }
    }
    for (let at = 0; at < functions.length; ) {
      const index = functions[at] ?? 0
      const address = this.#addresses.at(index)
      if (address < 0) {
        at++
        continue
      }
      publicsBefore(address)
      let after = at + 1
      let multiple = this.#multiple.has(index)
      while (after < functions.length && this.#addresses.at(functions[after] ?? 0) === address) {
        multiple ||= this.#names.at(functions[after] ?? 0) !== this.#names.at(index)
        after++
      }
      writer.func(address, this.#sizes.at(index), this.#parameterSizes.at(index), this.names, this.#names.at(index), multiple)
      this.#writeBody(writer, index, counts)
      counts.functions++
      covered = Math.max(covered, address + Math.max(this.#sizes.at(index), 1))
      at = after
    }
    publicsBefore(Number.POSITIVE_INFINITY)
    return counts
  }

  /** The symbols of one address, from `from` to `to` in the order of addresses. */
  #writePublic(writer: SymbolWriter, order: Uint32Array, from: number, to: number): void {
    const index = order[from] ?? 0
    const name = this.#publicNames.at(index)
    let multiple = false
    for (let at = from + 1; at < to && !multiple; at++) multiple = this.#publicNames.at(order[at] ?? 0) !== name
    writer.public(this.#publicAddresses.at(index), this.#publicParameterSizes.at(index), this.names, name, multiple)
  }

  #writeBody(writer: SymbolWriter, index: number, counts: SymbolCounts): void {
    const body = this.#body
    body.seek(this.#bodies.at(index))
    const start = this.#addresses.at(index)
    let [end, line, file] = [start, 0, 0]
    for (;;) {
      body.nextRead()
      const head = body.readUnsigned()
      const kind = head % 4
      const value = (head - kind) / 4
      if (kind === kindEnd) return
      if (kind === kindInline) {
        writer.inline(value, body.readUnsigned(), body.readUnsigned(), body.readUnsigned())
        for (let left = body.readUnsigned(); left > 0; left--) {
          body.nextRead()
          writer.inlineRange(start + body.readSigned(), body.readUnsigned())
        }
        writer.endLine()
        counts.inlines++
        continue
      }
      if (kind === kindPlacedLine) {
        end += body.readSigned()
        file = body.readUnsigned()
      }
      line += body.readSigned()
      writer.line(end, value, line, file)
      counts.lines++
      end += value
    }
  }

  #endBody(): void {
    if (!this.#open) return
    this.#body.next()
    this.#body.unsigned(kindEnd)
    this.#open = false
  }

  #count(): void {
    if (++this.records > maxRecords) throw new Damage('too_many_lines', 'The file has more lines and inlined calls than the limit.')
  }
}
