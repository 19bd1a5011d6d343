import { maxNameChars, maxRememberedTypeChars, maxTypeDepth } from './limits.ts'
import { u16, u32 } from './little-endian.ts'
import { RecordSizes } from './record-sizes.ts'
import { readName, readType, type TypeRecord } from './type-record.ts'
import type { TypeStream } from './type-stream.ts'

interface Star {
  readonly sigil: string
  readonly constant: boolean
  /** What it points to is constant. */
  readonly toConstant: boolean
}

const noTypes = '<unknown type>'
const unnamed = '<name omitted>'
const anonymousNamespace = /^\?A0x[0-9a-f]{1,8}$/i

/**
 * Names of functions with their arguments, without what they return, as Mozilla's dump_syms writes them: symbols have only the name, the
 * arguments are types. Undefined stands for what is not in the file; the caller then has a name without arguments.
 */
export class TypeNames {
  readonly #types: TypeStream | undefined
  readonly #ids: TypeStream | undefined
  readonly #pointerBytes: number
  readonly #sizes: RecordSizes | undefined
  readonly #arguments = new Map<number, string>()
  readonly #names = new Map<number, string>()
  #chars = 0

  constructor(types: TypeStream | undefined, ids: TypeStream | undefined, pointerBytes: number) {
    this.#types = types
    this.#ids = ids
    this.#pointerBytes = pointerBytes
    this.#sizes = types === undefined ? undefined : new RecordSizes(types)
  }

  /** `type` is 0 where the symbol has none; then the name may be decorated. */
  functionName(name: string, type: number): string {
    return type === 0 ? name : (name === '' ? unnamed : name) + this.#argumentsOf(type)
  }

  /** Of symbols whose type is an id instead, as some linkers leave them. */
  functionNameOfId(name: string, id: number): string {
    const ids = this.#ids
    if (id === 0 || ids === undefined || !ids.find(id)) return name
    const leaf = u16(ids.bytes, ids.at)
    return leaf === funcId || leaf === methodId ? this.functionName(name, u32(ids.bytes, ids.at + 6)) : name
  }

  /** The full name of a function that was inlined: its scope or class, name and arguments. */
  inlineeName(id: number, depth = 0): string | undefined {
    const ids = this.#ids
    if (ids === undefined || depth > maxTypeDepth || !ids.find(id)) return undefined
    const { bytes, at, end } = ids
    const leaf = u16(bytes, at)
    if (leaf === stringId) {
      const { name } = readName(bytes, at + 6, end)
      return anonymousNamespace.test(name) ? "`anonymous namespace'" : name
    }
    if (leaf !== funcId && leaf !== methodId) return undefined
    const scope = u32(bytes, at + 2)
    const type = u32(bytes, at + 6)
    const { name } = readName(bytes, at + 10, end)
    const own = (name === '' ? unnamed : name) + this.#argumentsOf(type)
    if (leaf === methodId) return cut(`${this.#name(scope, depth + 1)}::${own}`)
    return scope === 0 ? own : cut(`${this.inlineeName(scope, depth + 1) ?? ''}::${own}`)
  }

  /** With parentheses; empty where the type is no function's. */
  #argumentsOf(index: number): string {
    const known = this.#arguments.get(index)
    if (known !== undefined) return known
    const type = this.#read(index)
    let written = ''
    if (type?.kind === 'procedure') written = `(${this.#list(type.list, undefined, 0)})`
    else if (type?.kind === 'method') written = this.#methodArguments(type, true, 0)
    return this.#remember(this.#arguments, index, written)
  }

  #read(index: number): TypeRecord | undefined {
    return this.#types === undefined ? undefined : readType(this.#types, index)
  }

  #remember(into: Map<number, string>, index: number, written: string): string {
    this.#chars += written.length
    if (this.#chars > maxRememberedTypeChars) {
      this.#names.clear()
      this.#arguments.clear()
      this.#chars = written.length
    }
    into.set(index, written)
    return written
  }

  #methodArguments(method: Extract<TypeRecord, { kind: 'method' }>, withConst: boolean, depth: number): string {
    const self = method.self === 0 ? undefined : this.#selfOf(method.self, method.class)
    // Of Rust's associated functions, the first argument is stored as if it were `this`.
    const first = self === 'other' ? this.#name(method.self, depth + 1) : undefined
    return `(${this.#list(method.list, first, depth)})${withConst && self === 'constant' ? ' const' : ''}`
  }

  #selfOf(pointer: number, of: number): 'plain' | 'constant' | 'other' {
    const type = this.#read(pointer)
    if (type?.kind !== 'pointer') return 'other'
    if (type.to === of) return 'plain'
    const target = this.#read(type.to)
    if (target?.kind !== 'modifier' || target.of !== of) return 'other'
    return target.constant ? 'constant' : 'plain'
  }

  #list(index: number, first: string | undefined, depth: number): string {
    const list = this.#read(index)
    let written = first ?? ''
    if (list?.kind !== 'list') return written
    for (const [place, type] of list.types.entries()) {
      if (place > 0 || first !== undefined) written += ', '
      written += this.#name(type, depth + 1)
      if (written.length > maxNameChars) return cut(written)
    }
    return written
  }

  #name(index: number, depth: number): string {
    const known = this.#names.get(index)
    if (known !== undefined) return known
    if (depth > maxTypeDepth) return noTypes
    const type = this.#read(index)
    const written = type === undefined ? `<missing type 0x${index.toString(16)}>` : cut(this.#write(type, depth))
    return this.#remember(this.#names, index, written)
  }

  #write(type: TypeRecord, depth: number): string {
    switch (type.kind) {
      case 'primitive':
        return type.pointer ? `${type.name}*` : type.name
      case 'record':
      case 'enum':
        return type.name
      case 'list':
        return type.types.map((item) => this.#name(item, depth + 1)).join(', ')
      case 'procedure':
        return `()(${this.#list(type.list, undefined, depth)})`
      case 'method':
        return `()${this.#methodArguments(type, false, depth)}`
      case 'pointer':
        return this.#pointer(type, false, depth)
      case 'modifier':
        return this.#modified(type, depth)
      case 'array':
        return this.#array(type, depth)
      case 'other':
        return `<unknown type kind 0x${type.leaf.toString(16)}>`
    }
  }

  #modified(type: Extract<TypeRecord, { kind: 'modifier' }>, depth: number): string {
    if (!type.constant) return this.#name(type.of, depth + 1)
    const target = this.#read(type.of)
    if (target?.kind === 'pointer') return this.#pointer(target, true, depth)
    if (target?.kind === 'primitive' && target.pointer) return `${target.name} const*`
    return `const ${this.#name(type.of, depth + 1)}`
  }

  /** Pointers to pointers are gathered first, because a function that they lead to is written around them. */
  #pointer(first: Extract<TypeRecord, { kind: 'pointer' }>, constant: boolean, depth: number): string {
    const stars: Star[] = []
    let pointer = first
    let isConstant = pointer.constant || constant
    for (let steps = 0; steps < maxTypeDepth; steps++) {
      let target = pointer.to
      let type = this.#read(target)
      let toConstant = false
      if (type?.kind === 'modifier') {
        toConstant = type.constant
        target = type.of
        type = this.#read(target)
      }
      stars.unshift({ sigil: pointer.sigil, constant: isConstant, toConstant })
      if (type?.kind !== 'pointer') return this.#pointed(target, type, stars, depth)
      pointer = type
      isConstant = pointer.constant
    }
    return noTypes
  }

  #pointed(index: number, type: TypeRecord | undefined, stars: readonly Star[], depth: number): string {
    if (type?.kind !== 'procedure' && type?.kind !== 'method') return this.#name(index, depth + 1) + starsText(stars, true)
    const returns = type.constructs ? '' : `${this.#name(type.returns, depth + 1)} `
    if (type.kind === 'procedure') return `${returns}(${starsText(stars, false)})(${this.#list(type.list, undefined, depth + 1)})`
    return `${returns}(${this.#name(type.class, depth + 1)}${starsText(stars, false)})${this.#methodArguments(type, false, depth + 1)}`
  }

  /** Sizes are stored in bytes, an outer dimension's with all that is in it. */
  #array(first: Extract<TypeRecord, { kind: 'array' }>, depth: number): string {
    const sizes = [first.bytes]
    let element = first.of
    let type = this.#read(element)
    while (type?.kind === 'array' && sizes.length < maxTypeDepth) {
      sizes.push(type.bytes)
      element = type.of
      type = this.#read(element)
    }
    sizes.push(this.#bytesOf(element, depth + 1))
    let written = this.#name(element, depth + 1)
    for (let i = 0; i + 1 < sizes.length; i++) {
      const inner = sizes[i + 1] ?? 0
      written += inner === 0 ? '[]' : `[${Math.floor((sizes[i] ?? 0) / inner)}]`
    }
    return written
  }

  #bytesOf(index: number, depth: number): number {
    const type = depth > maxTypeDepth ? undefined : this.#read(index)
    switch (type?.kind) {
      case 'primitive':
        return type.pointer ? this.#pointerBytes : type.bytes
      case 'pointer':
      case 'array':
        return type.bytes
      case 'record':
        return type.declared ? (this.#sizes?.of(type.uniqueName) ?? type.bytes) : type.bytes
      case 'enum':
      case 'modifier':
        return this.#bytesOf(type.of, depth + 1)
      case 'procedure':
      case 'method':
        return this.#pointerBytes
      default:
        return 0
    }
  }
}

const funcId = 0x1601
const methodId = 0x1602
const stringId = 0x1605

function starsText(stars: readonly Star[], spaced: boolean): string {
  let written = ''
  for (const star of stars) {
    if (star.toConstant) written += written === '' && !spaced ? 'const' : ' const'
    written += star.sigil
    if (star.constant) written += ' const'
  }
  return written
}

function cut(name: string): string {
  return name.length > maxNameChars ? name.slice(0, maxNameChars) : name
}
