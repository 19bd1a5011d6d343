import { randomBytes } from 'node:crypto'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DecoderTurns } from './decoder-turns.ts'
import { type Coding, codingOf, decompress } from './decompress.ts'

const quickBrotli = (bytes: Uint8Array) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
const encoders = { gzip: gzipSync, deflate: deflateSync, br: quickBrotli, zstd: zstdCompressSync }
/** Twice as much as noise in the memory of a process ever was. */
const bombBytes = 256 * 1024 * 1024
const codings: readonly Coding[] = ['gzip', 'deflate', 'br', 'zstd']

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(bytes: Uint8Array, coding: Coding, size = 1000): Promise<{ bytes: Buffer; damaged: boolean }> {
  const chunks: Uint8Array[] = []
  let damaged = false
  const decompressed = decompress(pieces(bytes, size), coding, () => {
    damaged = true
  })
  for await (const chunk of decompressed) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), damaged }
}

describe.each(codings)('%s', (coding) => {
  const plain = Buffer.concat([randomBytes(400_000), Buffer.alloc(500_000, 7), Buffer.from('end')])
  const packed = encoders[coding](plain)

  it.each([1, 1000, 1_000_000])('gives what was packed, from pieces of %i bytes', async (size) => {
    const small = size === 1 ? encoders[coding](plain.subarray(0, 3000)) : packed
    const expected = size === 1 ? plain.subarray(0, 3000) : plain
    const got = await all(small, coding, size)
    expect(got.damaged).toBe(false)
    expect(got.bytes.equals(expected)).toBe(true)
  })

  it('gives the beginning of a body that breaks off', async () => {
    const got = await all(packed.subarray(0, 300_000), coding)
    // zstd has nothing to give of a block that is not whole; blocks end at 128 KiB.
    expect(got.bytes.length).toBeGreaterThan(170_000)
    expect(got.bytes.equals(plain.subarray(0, got.bytes.length))).toBe(true)
  })

  it('holds little of a bomb that nobody reads on', async () => {
    const bomb = encoders[coding](Buffer.alloc(bombBytes))
    const before = process.memoryUsage().rss
    const reader = decompress(pieces(bomb, 64 * 1024), coding, () => undefined)
    await reader.next()
    // All of it is in few pieces: what does not wait would hold most of it.
    expect(process.memoryUsage().rss - before).toBeLessThan(bombBytes / 2)
    await reader.return(undefined)
  })
})

it.each(['gzip', 'deflate'] as const)('tells of damage in %s and gives what stands before it', async (coding) => {
  const plain = Buffer.from(randomBytes(200_000).toString('hex'))
  const broken = Buffer.from(encoders[coding](plain))
  broken.fill(0xff, 150_000, 150_100)
  const got = await all(broken, coding)
  expect(got.damaged).toBe(true)
  expect(got.bytes.length).toBeGreaterThan(200_000)
  expect(got.bytes.subarray(0, 200_000).equals(plain.subarray(0, 200_000))).toBe(true)
})

it('gives all of a gzip body whose checksum is wrong', async () => {
  const plain = Buffer.from('--b\r\nall of it\r\n--b--\r\n')
  const packed = gzipSync(plain)
  packed.writeUInt32LE(0, packed.length - 8)
  for (const size of [1, 7, 1000]) {
    const got = await all(packed, 'gzip', size)
    expect([got.bytes.toString(), got.damaged]).toEqual([plain.toString(), true])
  }
})

it('unpacks no more bodies with large windows at once than memory is set aside for; the next waits until one is free', async () => {
  const packed = zstdCompressSync(Buffer.alloc(1_000_000, 1))
  const readers = Array.from({ length: 3 }, () => decompress(pieces(packed, 10), 'zstd', () => undefined))
  for (const reader of readers) await reader.next()
  let done = false
  const fourth = all(packed, 'zstd').finally(() => {
    done = true
  })
  // A small window is not held up by large ones.
  expect((await all(gzipSync('plain'), 'gzip')).bytes.toString()).toBe('plain')
  expect(done).toBe(false)
  await readers[0]?.return(undefined)
  expect((await fourth).bytes.length).toBe(1_000_000)
  await Promise.all([readers[1]?.return(undefined), readers[2]?.return(undefined)])
})

it('refuses a body whose turn does not come', async () => {
  const turns = new DecoderTurns(1, 1)
  const end = await turns.begin()
  await expect(turns.begin()).rejects.toMatchObject({ code: 'busy' })
  end()
  const again = await turns.begin()
  again()
})

it('refuses zstd frames that want a larger window than every decoder has', async () => {
  const packed = zstdCompressSync(randomBytes(20_000_000), { params: { [constants.ZSTD_c_windowLog]: 26 } })
  expect(await all(packed, 'zstd', 64 * 1024)).toMatchObject({ damaged: true })
})

it('knows the names of codings and refuses others', () => {
  expect([undefined, '', ' Identity', 'x-gzip', 'GZIP', 'zstd'].map(codingOf)).toEqual([
    undefined,
    undefined,
    undefined,
    'gzip',
    'gzip',
    'zstd',
  ])
  expect(() => codingOf('compress')).toThrow(expect.objectContaining({ code: 'unsupported_encoding' }))
})
