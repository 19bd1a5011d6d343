/** A field of a protocol buffer's message: a number, or the bytes of a string or of a message inside. */
export interface ProtobufField {
  readonly field: number
  readonly value: bigint | Uint8Array
}

const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** The fields of one message, at most `limit` of them, up to its end or to the first byte that makes no sense. */
export function readProtobuf(bytes: Uint8Array, limit: number): { readonly fields: readonly ProtobufField[]; readonly isWhole: boolean } {
  const fields: ProtobufField[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  const varint = (): bigint | undefined => {
    let value = 0n
    // Ten groups of seven bits hold 64.
    for (let shift = 0n; shift < 70n && offset < bytes.length; shift += 7n) {
      const byte = bytes[offset++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return undefined
  }
  const value = (type: number): bigint | Uint8Array | undefined => {
    if (type === wireType.varint) return varint()
    const length = type === wireType.fixed64 ? 8n : type === wireType.fixed32 ? 4n : type === wireType.bytes ? varint() : undefined
    if (length === undefined || length > BigInt(bytes.length - offset)) return undefined
    const start = offset
    offset += Number(length)
    if (type === wireType.bytes) return bytes.subarray(start, offset)
    return type === wireType.fixed64 ? view.getBigUint64(start, true) : BigInt(view.getUint32(start, true))
  }
  while (offset < bytes.length) {
    const key = varint()
    const found = key === undefined ? undefined : value(Number(key & 7n))
    if (key === undefined || found === undefined || fields.length >= limit) return { fields, isWhole: false }
    fields.push({ field: Number(key >> 3n), value: found })
  }
  return { fields, isWhole: true }
}
