/** Bytes of other services' clients, made here after their sources. */
import { deflateSync } from 'node:zlib'

/** An envelope of items; `length` is left out where the payload is text without a line break. */
export function envelope(header: object, items: readonly (readonly [header: object, payload: string | Buffer])[]): Buffer {
  const parts = items.flatMap(([itemHeader, payload]) => [
    Buffer.from(`${JSON.stringify({ ...itemHeader, length: Buffer.byteLength(payload) })}\n`),
    Buffer.from(payload),
    Buffer.from('\n'),
  ])
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts])
}

function unrealText(text: string): Buffer {
  const padded = Buffer.alloc(260)
  padded.write(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(padded.length)
  return Buffer.concat([length, padded])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** `CR1` and the header first, or the older form with the header at the end. */
export function unrealContainer(files: Readonly<Record<string, string>>, form: 'CR1' | 'older'): Buffer {
  const entries = Object.entries(files).map(([name, text], index) =>
    Buffer.concat([number(index), unrealText(name), number(text.length), Buffer.from(text)]),
  )
  const header = (count: number) => Buffer.concat([unrealText('UE4CC'), unrealText('UE4CC.ue4crash'), number(1000), number(count)])
  const whole = form === 'CR1' ? [Buffer.from('CR1'), header(entries.length), ...entries] : [header(0), ...entries, header(entries.length)]
  return deflateSync(Buffer.concat(whole))
}

/** MessagePack of what a native client writes: maps, lists, texts, small numbers. */
export function messagePack(value: unknown): Buffer {
  if (value === null) return Buffer.from([0xc0])
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2])
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value < 128) return Buffer.from([value])
    const bytes = Buffer.alloc(9)
    bytes[0] = 0xcb
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (typeof value === 'string') return Buffer.concat([Buffer.from([0xda, ...twoBytes(Buffer.byteLength(value))]), Buffer.from(value)])
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([0xdc, ...twoBytes(value.length)]), ...value.map(messagePack)])
  const entries = Object.entries(value as object)
  const members = entries.flatMap(([name, member]) => [messagePack(name), messagePack(member)])
  return Buffer.concat([Buffer.from([0xde, ...twoBytes(entries.length)]), ...members])
}

function twoBytes(value: number): [number, number] {
  return [value >> 8, value & 0xff]
}
