import type { FunctionBody } from './function-body.ts'
import { maxInlineDepth, maxScopeDepth } from './limits.ts'
import { cString, u16, u32 } from './little-endian.ts'
import type { ModuleLines } from './module-lines.ts'
import type { PdbSymbols } from './pdb-symbols.ts'

const procedures = new Set([0x110f, 0x1110, 0x1155])
/** Their type is an id. */
const idProcedures = new Set([0x1146, 0x1147, 0x1156])
/** Their name has a length byte. */
const oldProcedures = new Set([0x100a, 0x100b])
const thunk = 0x1102
const trampoline = 0x112c
const separatedCode = 0x1132
const inlineSite = 0x114d
const inlineSite2 = 0x115d
/** Blocks, `with`, managed procedures: they have an end, and nothing else that is wanted. */
const otherScopes = new Set([0x1103, 0x1104, 0x112a, 0x112b, 0x0207, 0x0208, 0x101a, 0x101b])
const ends = new Set([0x0006, 0x114e, 0x114f])

/** What an end closes. */
type Scope = 'function' | 'site' | 'other'

interface Place {
  readonly segment: number
  readonly offset: number
}

/** Reads the symbols of one module: `bytes` up to `end`, its lines apart. */
export function readModuleSymbols(pdb: PdbSymbols, bytes: Uint8Array, end: number, lines: ModuleLines): void {
  new ModuleReader(pdb, bytes, lines).read(end)
}

class ModuleReader {
  readonly #pdb: PdbSymbols
  readonly #bytes: Uint8Array
  readonly #lines: ModuleLines
  readonly #fileOf: (file: number) => number
  readonly #scopes: Scope[] = []
  readonly #functions: (FunctionBody | undefined)[] = []
  readonly #sites: number[] = []
  #place: Place = { segment: 0, offset: 0 }
  #procedure = { name: '', type: 0, isId: false }

  constructor(pdb: PdbSymbols, bytes: Uint8Array, lines: ModuleLines) {
    this.#pdb = pdb
    this.#bytes = bytes
    this.#lines = lines
    this.#fileOf = pdb.fileNumbers(lines)
  }

  read(end: number): void {
    const bytes = this.#bytes
    for (let at = 4; at + 4 <= end; ) {
      const next = at + 2 + u16(bytes, at)
      const kind = u16(bytes, at + 2)
      if (next < at + 4 || next > end) {
        this.#pdb.problems.add('pdb_symbols', 'The symbols of a module are cut off.')
        break
      }
      this.#symbol(kind, at + 4, next)
      at = next
    }
    while (this.#scopes.length > 0) this.#close()
  }

  #symbol(kind: number, at: number, end: number): void {
    if (ends.has(kind)) this.#close()
    else if (procedures.has(kind) || idProcedures.has(kind) || oldProcedures.has(kind)) this.#readProcedure(kind, at, end)
    else if (kind === inlineSite || kind === inlineSite2) this.#readInlineSite(at, end, kind === inlineSite ? 12 : 16)
    else if (kind === separatedCode) this.#readSeparatedCode(at)
    else if (kind === thunk) this.#readThunk(at, end)
    else if (kind === trampoline) this.#readTrampoline(at)
    else if (otherScopes.has(kind)) this.#open('other')
  }

  #open(scope: Scope): void {
    // Beyond the limit, ends close what is above; functions are left out rather than mixed up.
    if (this.#scopes.length < maxScopeDepth) this.#scopes.push(scope)
  }

  #close(): void {
    const scope = this.#scopes.pop()
    if (scope === 'site') this.#sites.pop()
    if (scope !== 'function') return
    this.#sites.pop()
    const body = this.#functions.pop()
    if (body === undefined) return
    body.write(this.#pdb.records)
    this.#pdb.release(body)
  }

  #readProcedure(kind: number, at: number, end: number): void {
    const bytes = this.#bytes
    const old = oldProcedures.has(kind)
    this.#place = { offset: u32(bytes, at + 28), segment: u16(bytes, at + 32) }
    const name = old ? cString(bytes, at + 36, Math.min(end, at + 36 + (bytes[at + 35] ?? 0))) : cString(bytes, at + 35, end)
    this.#procedure = { name, type: u32(bytes, at + 24), isId: idProcedures.has(kind) }
    this.#openFunction(this.#place, u32(bytes, at + 12))
  }

  /** Parts of a function that the compiler moved away, because they hardly ever run. */
  #readSeparatedCode(at: number): void {
    const bytes = this.#bytes
    const parent = { offset: u32(bytes, at + 20), segment: u16(bytes, at + 26) }
    const known = parent.offset === this.#place.offset && parent.segment === this.#place.segment
    if (known) this.#openFunction({ offset: u32(bytes, at + 16), segment: u16(bytes, at + 24) }, u32(bytes, at + 8))
    else this.#open('other')
  }

  #openFunction(place: Place, size: number): void {
    if (this.#scopes.length >= maxScopeDepth) return
    const pdb = this.#pdb
    const address = pdb.map.rva(place.segment, place.offset)
    let body: FunctionBody | undefined
    if (address > 0) {
      const { name, isId } = this.#procedure
      const type = pdb.cross.resolve(this.#lines, this.#procedure.type)
      const full = isId ? pdb.names.functionNameOfId(name, type) : pdb.names.functionName(name, type)
      body = pdb.openFunction(address, size, full)
      body?.addOwnLines(this.#lines, place.segment, place.offset, pdb.map, this.#fileOf)
    }
    this.#open('function')
    this.#functions.push(body)
    this.#sites.push(body === undefined ? -1 : 0)
  }

  #readInlineSite(at: number, end: number, annotations: number): void {
    const bytes = this.#bytes
    const body = this.#functions[this.#functions.length - 1]
    const parent = this.#sites[this.#sites.length - 1] ?? -1
    let site = -1
    if (
      body !== undefined &&
      parent >= 0 &&
      this.#pdb.inlines &&
      this.#sites.length < maxInlineDepth &&
      this.#scopes.length < maxScopeDepth
    ) {
      const id = u32(bytes, at + 8)
      const inlinee = this.#lines.inlinee(id)
      const code = { bytes, at: at + annotations, end }
      const origin = (): number => this.#pdb.origin(this.#lines, id)
      if (inlinee !== undefined) site = body.addInline(parent, origin, code, inlinee, this.#place, this.#pdb.map, this.#fileOf)
    }
    if (this.#scopes.length >= maxScopeDepth) return
    this.#open('site')
    this.#sites.push(site)
  }

  #readThunk(at: number, end: number): void {
    const bytes = this.#bytes
    this.#pdb.addThunk(u16(bytes, at + 16), u32(bytes, at + 12), u16(bytes, at + 18), cString(bytes, at + 21, end))
    this.#open('other')
  }

  #readTrampoline(at: number): void {
    const bytes = this.#bytes
    const target = { offset: u32(bytes, at + 8), segment: u16(bytes, at + 14) }
    this.#pdb.addTrampoline(u16(bytes, at + 12), u32(bytes, at + 4), u16(bytes, at + 2), target)
  }
}
