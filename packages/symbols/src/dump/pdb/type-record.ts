import { maxArguments } from './limits.ts'
import { text, u16, u32, u64 } from './little-endian.ts'
import { isPrimitivePointer, primitiveType } from './primitive-types.ts'
import type { TypeStream } from './type-stream.ts'

/** Those parts of a type that its name is made of. Numbers are indices of other types. */
export type TypeRecord =
  | { readonly kind: 'primitive'; readonly name: string; readonly bytes: number; readonly pointer: boolean }
  | { readonly kind: 'modifier'; readonly of: number; readonly constant: boolean }
  | { readonly kind: 'pointer'; readonly to: number; readonly sigil: string; readonly constant: boolean; readonly bytes: number }
  | { readonly kind: 'procedure'; readonly returns: number; readonly list: number; readonly constructs: boolean }
  | {
      readonly kind: 'method'
      readonly returns: number
      readonly list: number
      readonly constructs: boolean
      readonly class: number
      /** 0 of a static method. */
      readonly self: number
    }
  | { readonly kind: 'list'; readonly types: readonly number[] }
  | { readonly kind: 'array'; readonly of: number; readonly bytes: number }
  | { readonly kind: 'record'; readonly name: string; readonly uniqueName: string; readonly bytes: number; readonly declared: boolean }
  | { readonly kind: 'enum'; readonly name: string; readonly of: number }
  | { readonly kind: 'other'; readonly leaf: number }

const firstIndex = 0x1000
const pointerSigils = ['*', '&', '::*', '::*', '&&']
const forwardReference = 0x80
const hasUniqueName = 0x200

/** Undefined where there is no such type. */
export function readType(types: TypeStream, index: number): TypeRecord | undefined {
  if (index < firstIndex) return readPrimitive(index)
  if (!types.find(index)) return undefined
  const { bytes, at, end } = types
  const leaf = u16(bytes, at)
  const body = at + 2
  switch (leaf) {
    case 0x1001:
      return { kind: 'modifier', of: u32(bytes, body), constant: (u16(bytes, body + 4) & 1) !== 0 }
    case 0x1002: {
      const flags = u32(bytes, body + 4)
      const pointerBytes = (flags >>> 13) & 0x3f
      const wide = (flags & 0x1f) === 12
      return {
        kind: 'pointer',
        to: u32(bytes, body),
        sigil: pointerSigils[(flags >>> 5) & 7] ?? '*',
        constant: (flags & 0x400) !== 0,
        bytes: pointerBytes === 0 ? (wide ? 8 : 4) : pointerBytes,
      }
    }
    case 0x1008:
      return { kind: 'procedure', returns: u32(bytes, body), constructs: ((bytes[body + 5] ?? 0) & 6) !== 0, list: u32(bytes, body + 8) }
    case 0x1009:
      return {
        kind: 'method',
        returns: u32(bytes, body),
        class: u32(bytes, body + 4),
        self: u32(bytes, body + 8),
        constructs: ((bytes[body + 13] ?? 0) & 6) !== 0,
        list: u32(bytes, body + 16),
      }
    case 0x1201: {
      const count = Math.min(u32(bytes, body), maxArguments, (end - body - 4) >> 2)
      return { kind: 'list', types: Array.from({ length: Math.max(0, count) }, (_, i) => u32(bytes, body + 4 + i * 4)) }
    }
    case 0x1503:
    case 0x1003:
      return { kind: 'array', of: u32(bytes, body), bytes: readNumber(bytes, body + 8, end).value }
    case 0x1516:
      return { kind: 'array', of: u32(bytes, body), bytes: readNumber(bytes, body + 12, end).value }
    case 0x1504:
    case 0x1505:
    case 0x1519:
      return readRecord(bytes, body + 16, end, u16(bytes, body + 2))
    case 0x1506:
      return readRecord(bytes, body + 8, end, u16(bytes, body + 2))
    // Newer compilers write classes with more than 65535 members so.
    case 0x1608:
    case 0x1609:
    case 0x160b:
      return readRecord(bytes, body + 18, end, u32(bytes, body))
    case 0x160a:
      return readRecord(bytes, body + 10, end, u32(bytes, body))
    case 0x1507:
      return { kind: 'enum', of: u32(bytes, body + 4), name: readName(bytes, body + 12, end).name }
    default:
      return { kind: 'other', leaf }
  }
}

function readPrimitive(index: number): TypeRecord | undefined {
  const primitive = primitiveType(index)
  return primitive === undefined ? undefined : { kind: 'primitive', ...primitive, pointer: isPrimitivePointer(index) }
}

function readRecord(bytes: Uint8Array, at: number, end: number, properties: number): TypeRecord {
  const size = readNumber(bytes, at, end)
  const { name, next } = readName(bytes, size.next, end)
  const uniqueName = (properties & hasUniqueName) === 0 ? name : readName(bytes, next, end).name
  return { kind: 'record', name, uniqueName, bytes: size.value, declared: (properties & forwardReference) !== 0 }
}

export function readName(bytes: Uint8Array, at: number, end: number): { name: string; next: number } {
  const nul = bytes.indexOf(0, at)
  const stop = nul < 0 || nul > end ? end : nul
  return { name: text(bytes, Math.min(at, stop), stop), next: stop + 1 }
}

/** A number below 0x8000 stands for itself; above, it says how the number behind it is stored. */
export function readNumber(bytes: Uint8Array, at: number, end: number): { value: number; next: number } {
  const leaf = u16(bytes, at)
  if (leaf < 0x8000 || at + 2 > end) return { value: leaf < 0x8000 ? leaf : 0, next: at + 2 }
  const body = at + 2
  if (leaf === 0x8000) return { value: bytes[body] ?? 0, next: body + 1 }
  if (leaf === 0x8001 || leaf === 0x8002) return { value: u16(bytes, body), next: body + 2 }
  if (leaf === 0x8003 || leaf === 0x8004) return { value: u32(bytes, body), next: body + 4 }
  if (leaf === 0x8009 || leaf === 0x800a) return { value: u64(bytes, body), next: body + 8 }
  return { value: 0, next: body }
}
