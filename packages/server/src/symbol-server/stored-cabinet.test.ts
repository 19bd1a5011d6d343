import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cabinetFile } from '../sources/cabinet.ts'
import { storedCabinet } from './stored-cabinet.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-stored-cabinet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function cabinetOf(content: Buffer, name = 'shop.pdb') {
  const path = join(folder, 'file')
  writeFileSync(path, content)
  const cabinet = storedCabinet(path, name, content.length)
  const pieces: Buffer[] = []
  for await (const piece of cabinet?.bytes ?? []) pieces.push(piece)
  return { size: cabinet?.size, bytes: Buffer.concat(pieces) }
}

describe('a file in a cabinet', () => {
  test.each([1, 32_768, 32_769, 3_000_000])('of %i bytes comes out as it went in', async (size) => {
    const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 7919) >> 5))
    const cabinet = await cabinetOf(content, 'shöp.pdb')
    expect(cabinet.bytes.length).toBe(cabinet.size)
    const packed = join(folder, 'shop.pd_')
    writeFileSync(packed, cabinet.bytes)
    expect(Buffer.concat([...cabinetFile(packed)]).equals(content)).toBe(true)
  })

  test('is none when it is too large for one', () => {
    expect(storedCabinet('/nowhere', 'a', 2 ** 31)).toBeUndefined()
    expect(storedCabinet('/nowhere', 'a', 65_535 * 32_768)).toBeUndefined()
    expect(storedCabinet('/nowhere', 'a', 2_146_000_000)?.size).toBeGreaterThan(2_146_000_000)
  })

  test('that became shorter ends with an error instead of other bytes', async () => {
    const path = join(folder, 'shrinks')
    writeFileSync(path, Buffer.alloc(1000))
    const cabinet = storedCabinet(path, 'a', 1000)
    truncateSync(path, 10)
    await expect(async () => {
      for await (const _ of cabinet?.bytes ?? []);
    }).rejects.toThrow('shorter')
  })
})
