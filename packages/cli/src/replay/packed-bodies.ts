/** Containers that services' clients pack crashes into, as small as these clients make them. */
import { crc32, deflateSync } from 'node:zlib'

const unrealTextBytes = 260

/** One file, stored as it is. */
export function zipped(name: string, bytes: Buffer): Buffer {
  const file = Buffer.alloc(26)
  file.writeUInt16LE(20, 0)
  file.writeUInt32LE(crc32(bytes), 10)
  file.writeUInt32LE(bytes.length, 14)
  file.writeUInt32LE(bytes.length, 18)
  file.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), file, Buffer.from(name), bytes])
  const listed = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), file, Buffer.alloc(14), Buffer.from(name)])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, listed, end])
}

/** What Unreal Engine's crash reporter sends since 4.25. */
export function unrealContainer(files: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(files)
  const written = entries.flatMap(([name, bytes], i) => [number(i), unrealText(name), number(bytes.length), bytes])
  const size = written.reduce((sum, { length }) => sum + length, 0)
  const header = [unrealText('Replay'), unrealText('Replay.uecrash'), number(size), number(entries.length)]
  return deflateSync(Buffer.concat([Buffer.from('CR1'), ...header, ...written]))
}

/** MessagePack of a few short texts, as Sentry's native client writes events. */
export function messagePacked(texts: Readonly<Record<string, string>>): Buffer {
  const short = (text: string) => Buffer.from([0xa0 | text.length, ...Buffer.from(text)])
  const entries = Object.entries(texts)
  return Buffer.concat([Buffer.from([0x80 | entries.length]), ...entries.flatMap(([name, text]) => [short(name), short(text)])])
}

export function deflatedBase64(text: string): Buffer {
  return Buffer.from(deflateSync(text).toString('base64'))
}

function unrealText(text: string): Buffer {
  const padded = Buffer.alloc(unrealTextBytes)
  padded.write(text)
  return Buffer.concat([number(padded.length), padded])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
