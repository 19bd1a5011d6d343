/**
 * MessagePack, as far as Sentry's native client writes it: `__sentry-event` is one map, `__sentry-breadcrumb1` and `2` are maps one after the
 * other. Source: the format's specification, github.com/msgpack/msgpack/blob/master/spec.md. Damage ends the reading; what was whole is kept.
 */

/** An event nests contexts in contexts; its schema has no more than ten levels. */
const maxDepth = 40
/** Values of one stream; a breadcrumb has about ten, and a client keeps a hundred of them. */
const maxValues = 200_000

class Damaged extends Error {}

interface Cursor {
  readonly bytes: Buffer
  offset: number
  values: number
}

/** The values that stand one after the other, up to the first that is damaged. */
export function readMessagePack(bytes: Uint8Array): unknown[] {
  const cursor: Cursor = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0, values: 0 }
  const values: unknown[] = []
  try {
    while (cursor.offset < cursor.bytes.length) values.push(readValue(cursor, 0))
  } catch (error) {
    // A read past the end is a RangeError.
    if (!(error instanceof Damaged) && !(error instanceof RangeError)) throw error
  }
  return values
}

function readValue(cursor: Cursor, depth: number): unknown {
  cursor.values += 1
  if (depth > maxDepth || cursor.values > maxValues) throw new Damaged('too much')
  const { bytes } = cursor
  const type = bytes.readUInt8(cursor.offset++)
  if (type < 0x80) return type
  if (type < 0x90) return readMap(cursor, type & 0x0f, depth)
  if (type < 0xa0) return readList(cursor, type & 0x0f, depth)
  if (type < 0xc0) return readText(cursor, type & 0x1f)
  if (type >= 0xe0) return type - 0x100
  switch (type) {
    case 0xc0:
      return null
    case 0xc2:
      return false
    case 0xc3:
      return true
    case 0xc4:
    case 0xd9:
      return readText(cursor, readUnsigned(cursor, 1))
    case 0xc5:
    case 0xda:
      return readText(cursor, readUnsigned(cursor, 2))
    case 0xc6:
    case 0xdb:
      return readText(cursor, readUnsigned(cursor, 4))
    case 0xca:
      return advance(cursor, 4, bytes.readFloatBE(cursor.offset))
    case 0xcb:
      return advance(cursor, 8, bytes.readDoubleBE(cursor.offset))
    case 0xcc:
      return readUnsigned(cursor, 1)
    case 0xcd:
      return readUnsigned(cursor, 2)
    case 0xce:
      return readUnsigned(cursor, 4)
    case 0xcf:
      return advance(cursor, 8, Number(bytes.readBigUInt64BE(cursor.offset)))
    case 0xd0:
      return advance(cursor, 1, bytes.readInt8(cursor.offset))
    case 0xd1:
      return advance(cursor, 2, bytes.readInt16BE(cursor.offset))
    case 0xd2:
      return advance(cursor, 4, bytes.readInt32BE(cursor.offset))
    case 0xd3:
      return advance(cursor, 8, Number(bytes.readBigInt64BE(cursor.offset)))
    case 0xdc:
      return readList(cursor, readUnsigned(cursor, 2), depth)
    case 0xdd:
      return readList(cursor, readUnsigned(cursor, 4), depth)
    case 0xde:
      return readMap(cursor, readUnsigned(cursor, 2), depth)
    case 0xdf:
      return readMap(cursor, readUnsigned(cursor, 4), depth)
    default:
      throw new Damaged(`type ${type}`)
  }
}

function readUnsigned(cursor: Cursor, size: 1 | 2 | 4): number {
  return advance(cursor, size, cursor.bytes.readUIntBE(cursor.offset, size))
}

function advance<T>(cursor: Cursor, size: number, value: T): T {
  cursor.offset += size
  return value
}

function readText(cursor: Cursor, length: number): string {
  if (cursor.offset + length > cursor.bytes.length) throw new Damaged('text')
  return advance(cursor, length, cursor.bytes.toString('utf8', cursor.offset, cursor.offset + length))
}

function readList(cursor: Cursor, length: number, depth: number): unknown[] {
  const list: unknown[] = []
  for (let i = 0; i < length; i += 1) list.push(readValue(cursor, depth + 1))
  return list
}

function readMap(cursor: Cursor, length: number, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = []
  for (let i = 0; i < length; i += 1) {
    const name = readValue(cursor, depth + 1)
    entries.push([String(name), readValue(cursor, depth + 1)])
  }
  return Object.fromEntries(entries)
}
