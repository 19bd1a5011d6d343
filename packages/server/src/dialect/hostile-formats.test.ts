import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zipOf } from '../../../../test/harness/zip.ts'
import { ServerError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'
import { envelope, messagePack, unrealContainer } from './dialects-for-tests.ts'
import { readEnvelopeHeader, readEnvelopeItems } from './sentry/envelope.ts'
import { readMessagePack } from './sentry/message-pack.ts'
import { readUnrealContainer } from './unreal-container.ts'
import { readZip, type ZipSource } from './zip.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A whole format with some bytes changed: the damage that random bytes alone rarely make. */
const damaged = (whole: Buffer) =>
  fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 })
    .chain((changes) => fc.nat(whole.length).map((length) => ({ changes, length })))
    .map(({ changes, length }) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      return bytes.subarray(0, length)
    })

/** Our own refusals only, and always an end. */
async function endsInOrder(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
  }
}

function zipOfBytes(bytes: Uint8Array): ZipSource {
  const buffer = Buffer.from(bytes)
  return { size: buffer.length, read: async (offset, length) => buffer.subarray(offset, offset + length) }
}

describe('formats of other services', () => {
  it('give back what was put in, wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (payloads, size) => {
          const body = envelope(
            { event_id: 'x' },
            payloads.map((payload) => [{ type: 'event' }, payload]),
          )
          const reader = new ByteReader(inPieces(body, size))
          expect(await readEnvelopeHeader(reader)).toMatchObject({ eventId: 'x' })
          const read: string[] = []
          for await (const { payload } of readEnvelopeItems(reader, () => undefined)) read.push((await collect(payload)).toString())
          expect(read).toEqual(payloads.map((payload) => Buffer.from(payload).toString()))
          const files = Object.fromEntries(payloads.map((payload, i) => [`f${i}`, Buffer.from(payload)]))
          const entries = await readZip(zipOfBytes(zipOf(files)))
          expect(entries.map(({ name }) => name)).toEqual(Object.keys(files))
          for (const entry of entries) expect((await collect(entry.open())).equals(files[entry.name] ?? Buffer.from('?'))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('read MessagePack as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(readMessagePack(messagePack(value))).toEqual([JSON.parse(JSON.stringify(value))])
      }),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readMessagePack(bytes)))
    expect(readMessagePack(Buffer.alloc(10_000, 0x91))).toEqual([])
  })

  it('end in order however they are damaged', async () => {
    const container = unrealContainer({ 'a.dmp': 'MDMP', 'b.log': 'x' }, 'CR1')
    const files = fc.oneof(
      damaged(container),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => deflateSync(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(files, (bytes) =>
        endsInOrder(async () => {
          for await (const file of readUnrealContainer(inPieces(bytes, 50), () => undefined)) await collect(file.bytes)
        }),
      ),
      { numRuns: 150 },
    )
    await fc.assert(
      fc.asyncProperty(damaged(zipOf({ 'a.dmp': Buffer.alloc(500, 7), b: Buffer.from('x') })), (bytes) =>
        endsInOrder(async () => {
          for (const entry of await readZip(zipOfBytes(bytes))) await endsInOrder(() => collect(entry.open()))
        }),
      ),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(damaged(envelope({ event_id: 'x' }, [[{ type: 'event' }, '{}']])), (bytes) =>
        endsInOrder(async () => {
          const reader = new ByteReader(inPieces(bytes, 7))
          await readEnvelopeHeader(reader)
          for await (const { payload } of readEnvelopeItems(reader, () => undefined)) await collect(payload)
        }),
      ),
      { numRuns: 300 },
    )
  })

  it('unpack no more than their directory says', async () => {
    const bomb = zipOf({ a: Buffer.alloc(1_000_000) })
    const said = bomb.length - 22 - 46 - 1 + 24
    bomb.writeUInt32LE(10, said)
    const [entry] = await readZip(zipOfBytes(bomb))
    expect(entry === undefined ? -1 : (await collect(entry.open())).length).toBe(10)
  })
})
