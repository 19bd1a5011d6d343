import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { readMinidump } from '../read-minidump.ts'
import { synthDump } from '../synth/index.ts'
import { fileSource } from './file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-file-source-'))
const file = join(folder, 'bytes')
// Longer than the cache, and not a multiple of its page.
const bytes = Uint8Array.from({ length: 20 * 65_536 + 777 }, (_, i) => (i * 7 + (i >> 8)) & 0xff)

beforeAll(() => writeFileSync(file, bytes))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a file as a source of bytes', () => {
  it.each([
    [0, 10],
    [65_530, 12],
    [65_536, 65_536],
    [100, 500_000],
    [bytes.length - 5, 50],
    [bytes.length, 1],
    [bytes.length + 10, 1],
    [5, 0],
    [-3, 5],
    [5, -3],
  ])('gives at %i the same %i bytes as memory does', (offset, length) => {
    const source = fileSource(file)
    try {
      expect(source.size).toBe(bytes.length)
      expect(Buffer.from(source.read(offset, length)).equals(bytesSource(bytes).read(offset, length))).toBe(true)
    } finally {
      source.close()
    }
  })

  it('stays right when pages are dropped and read again', () => {
    const source = fileSource(file)
    try {
      for (let i = 0; i < 100; i++) {
        const offset = (i * 977 * 131) % (bytes.length - 8)
        expect(Buffer.from(source.read(offset, 8)).equals(bytes.subarray(offset, offset + 8))).toBe(true)
      }
    } finally {
      source.close()
    }
  })

  it('serves a dump', () => {
    const path = join(folder, 'dump.dmp')
    writeFileSync(path, synthDump({ threads: [{ id: 3 }] }))
    const source = fileSource(path)
    expect(readMinidump(source).threads).toMatchObject([{ id: 3 }])
    source.close()
  })
})
