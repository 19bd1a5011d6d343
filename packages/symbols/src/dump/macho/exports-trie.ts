import type { Problems } from '../problem.ts'
import { maxExportsTrieBytes, maxSymbolNameBytes, maxTrieNodes } from './limits.ts'
import type { MachFile } from './mach-file.ts'

/** Bits of a name's flags. */
const kindMask = 0x03
const regularKind = 0
const reExport = 0x08

interface Node {
  readonly offset: number
  readonly name: string
}

/** Calls `found` with each name that the file exports and its address, for files without a symbol table. */
export function readExportsTrie(file: MachFile, problems: Problems, found: (name: string, address: number) => void): void {
  const range = file.exportsTrie
  if (range === undefined) return
  if (range.size > maxExportsTrieBytes) {
    problems.add('macho_exports', `The table of exports has ${range.size} bytes and was not read.`)
    return
  }
  const trie = new Trie(file.source.read(range.offset, range.size))
  const waiting: Node[] = [{ offset: 0, name: '' }]
  const seen = new Set<number>()
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node.offset)) {
      problems.add('macho_exports', 'The table of exports is damaged: it leads to one place in two ways.')
      continue
    }
    if (seen.size >= maxTrieNodes) {
      problems.add('macho_exports', 'The table of exports is too large; the rest of it was not read.')
      return
    }
    seen.add(node.offset)
    trie.visit(node, waiting, (name, offset) => found(name, file.textAddress + offset))
    if (trie.damaged) problems.add('macho_exports', 'The table of exports is damaged; what could be followed was read.')
  }
}

class Trie {
  damaged = false
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  visit({ offset, name }: Node, waiting: Node[], found: (name: string, offset: number) => void): void {
    this.#at = offset
    const size = this.#uleb()
    const children = this.#at + size
    if (size > 0) {
      const flags = this.#uleb()
      if ((flags & reExport) === 0 && (flags & kindMask) === regularKind) found(name, this.#uleb())
    }
    this.#at = children
    const count = this.#bytes[this.#at++] ?? 0
    for (let index = 0; index < count; index++) {
      const label = this.#label()
      const child = this.#uleb()
      if (label === undefined || child >= this.#bytes.length || name.length + label.length > maxSymbolNameBytes) {
        this.damaged = true
        return
      }
      waiting.push({ offset: child, name: name + label })
    }
  }

  #label(): string | undefined {
    const start = this.#at
    const end = this.#bytes.indexOf(0, start)
    if (end < 0) return undefined
    this.#at = end + 1
    let text = ''
    for (let at = start; at < end; at++) text += String.fromCharCode(this.#bytes[at] ?? 0)
    return text
  }

  #uleb(): number {
    let value = 0
    for (let factor = 1; factor < 2 ** 53; factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    this.damaged = true
    return 0
  }
}
