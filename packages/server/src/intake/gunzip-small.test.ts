import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { gunzipSmall } from './gunzip-small.ts'
import { MemoryBudget, MemoryShare } from './memory-budget.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(packed: Uint8Array, { size = 20_000, budget = new MemoryBudget(10_000_000) } = {}) {
  const chunks: Uint8Array[] = []
  let damaged = false
  const share = new MemoryShare(budget)
  const plain = gunzipSmall(pieces(packed, size), share, () => {
    damaged = true
  })
  for await (const chunk of plain) chunks.push(Buffer.from(chunk))
  return { plain: Buffer.concat(chunks), chunks: chunks.length, damaged, taken: budget.taken }
}

const plain = Buffer.concat([randomBytes(70_000), Buffer.alloc(80_000, 'stack of a thread ')])
const packed = gzipSync(plain)

it('gives a small body in one piece and holds nothing afterwards', async () => {
  expect(await unpack(packed)).toEqual({ plain, chunks: 1, damaged: false, taken: 0 })
})

it('gives the same from single bytes', async () => {
  const short = plain.subarray(69_000, 71_000)
  expect(await unpack(gzipSync(short), { size: 1 })).toEqual({ plain: short, chunks: 1, damaged: false, taken: 0 })
})

it.each([
  ['is large when it is packed', gzipSync(randomBytes(600_000))],
  ['is large when it is unpacked', gzipSync(Buffer.alloc(20_000_000))],
  ['has two members', Buffer.concat([packed, gzipSync('and more')])],
  ['says that it is smaller than it is', Buffer.concat([gzipSync(Buffer.alloc(500_000)), gzipSync('x')])],
])('reads a body piece by piece that %s', async (_, body) => {
  const read = await unpack(body)
  expect([read.damaged, read.taken]).toEqual([false, 0])
  expect(read.chunks).toBeGreaterThan(1)
})

it('gives the beginning of a damaged and of a cut one', async () => {
  const cut = await unpack(packed.subarray(0, 60_000))
  expect(plain.subarray(0, cut.plain.length).equals(cut.plain)).toBe(true)
  expect(cut.plain.length).toBeGreaterThan(50_000)
  const broken = Buffer.from(packed)
  broken.fill(0xff, packed.length - 8, packed.length - 4)
  const read = await unpack(broken)
  expect([read.plain.equals(plain), read.damaged, read.taken]).toEqual([true, true, 0])
})

it.each(['--boundary\r\n', '{"event_id":', 'MDMP'])('gives a body that was not packed at all as it is, and says so (%s)', async (begin) => {
  const body = Buffer.concat([Buffer.from(begin), randomBytes(300_000)])
  expect(await unpack(body)).toMatchObject({ plain: body, damaged: true, taken: 0 })
})

it('does without the memory that others hold', async () => {
  const budget = new MemoryBudget(10_000_000)
  budget.take(10_000_000)
  const read = await unpack(packed, { budget })
  expect([read.plain.equals(plain), read.damaged, read.taken]).toEqual([true, false, 10_000_000])
})
