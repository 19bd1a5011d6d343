/**
 * What Unreal Engine's CrashReportClient sends: a zlib stream of files one after the other. Two forms exist. Since 4.25 it begins with
 * `CR1` and a header (folder, file name, size, count of files); before that the header is empty at the beginning and complete at the end, so
 * that the count is not known while reading: each file tells its own number, and what does not fit is the header at the end. Source: the
 * engine's CrashUpload.cpp and FCompressedCrashFile as symbolic-unreal describes them. Texts are `u32 length, bytes, padded with NUL`.
 */
import { Readable } from 'node:stream'
import { constants, createInflate } from 'node:zlib'
import { ServerError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'

export interface UnrealFile {
  readonly name: string
  /** Must be read, or left, before the next file. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Windows' longest path is what the engine pads names to. */
const maxTextBytes = 4096
/** A crash has five files; a project may add logs. */
const maxFiles = 500

/** Damage ends the files; `onDamage` hears of it. Throws `bad_container` where not even the header can be read. */
export async function* readUnrealContainer(body: AsyncIterable<Uint8Array>, onDamage: () => void): AsyncGenerator<UnrealFile> {
  // What was packed before a stream broke off is still to be had.
  const inflater = createInflate({ finishFlush: constants.Z_SYNC_FLUSH })
  const packed = Readable.from(body, { objectMode: false })
  let refused: unknown
  packed.on('error', (error) => {
    refused = error
    inflater.destroy(error)
  })
  try {
    const reader = new ByteReader(bytesOf(packed.pipe(inflater), () => refused, onDamage))
    yield* files(reader)
    if (reader.brokeOff) onDamage()
  } finally {
    packed.destroy()
    inflater.destroy()
  }
}

async function* bytesOf(stream: AsyncIterable<unknown>, refusal: () => unknown, onDamage: () => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
  } catch {
    // Too large or too slow is the body's own refusal; anything else is damage of the container.
    const refused = refusal()
    if (refused instanceof ServerError) throw refused
    onDamage()
  }
}

async function* files(reader: ByteReader): AsyncGenerator<UnrealFile> {
  const start = await reader.bytes(3)
  const counted = start.toString('latin1') === 'CR1'
  const rest = counted ? Buffer.alloc(0) : start
  await readText(reader, rest)
  await readText(reader)
  const sizes = await reader.bytes(8)
  if (sizes.length < 8) throw new ServerError('bad_container')
  const expected = counted ? sizes.readInt32LE(4) : maxFiles
  for (let index = 0; index < Math.min(expected, maxFiles); index += 1) {
    const number = await readNumber(reader)
    // The header at the end begins with the length of a text, or nothing is left.
    if (number !== index) return
    const name = await readText(reader)
    const length = await readNumber(reader)
    if (name === undefined || length === undefined || length < 0) return
    const bytes = reader.run(length)
    yield { name: name.split(/[\\/]/).at(-1) || 'file', bytes }
    for await (const _ of bytes);
  }
}

async function readNumber(reader: ByteReader): Promise<number | undefined> {
  const bytes = await reader.bytes(4)
  return bytes.length < 4 ? undefined : bytes.readInt32LE(0)
}

async function readText(reader: ByteReader, begun: Buffer = Buffer.alloc(0)): Promise<string | undefined> {
  const lengthBytes = Buffer.concat([begun, await reader.bytes(4 - begun.length)])
  if (lengthBytes.length < 4) return undefined
  const length = lengthBytes.readUInt32LE(0)
  if (length > maxTextBytes) throw new ServerError('bad_container')
  const [text = ''] = (await reader.bytes(length)).toString('utf8').split('\0', 1)
  return text
}
