import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SymbolError } from '../errors.ts'
import { FilePool, fileSource } from './file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-file-source-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** How many descriptors of this process lead into the test's folder. */
function openInFolder(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder)
    } catch {
      // The descriptor of the listing itself is gone already.
      return false
    }
  }).length
}

test('reads pieces, and less where the file ends', () => {
  const source = fileSource(file('a', 'hello'))
  expect(source.size).toBe(5)
  expect(textOf(source.read(1, 3))).toBe('ell')
  expect(textOf(source.read(3, 100))).toBe('lo')
  expect(source.read(100, 10)).toHaveLength(0)
  const target = new Uint8Array(8)
  expect(source.readInto?.(2, target)).toBe(3)
  expect(textOf(target.subarray(0, 3))).toBe('llo')
  source.close()
})

test('says what is wrong with a file that is missing, a folder, or closed', () => {
  expect(() => fileSource(join(folder, 'missing'))).toThrow(SymbolError)
  expect(() => fileSource(folder)).toThrow('no regular file')
  const source = fileSource(file('closed', 'x'))
  source.close()
  source.close()
  expect(() => source.read(0, 1)).toThrow('after it was closed')
})

test.skipIf(process.platform !== 'linux')('keeps no more files open than the pool may have, and reads all of them (needs Linux)', () => {
  const pool = new FilePool(3)
  const sources = Array.from({ length: 10 }, (_, i) => pool.source(file(`pool${i}`, `text ${i}`)))
  expect(openInFolder()).toBe(3)
  for (let round = 0; round < 2; round++) {
    for (const [i, source] of sources.entries()) expect(textOf(source.read(0, 99))).toBe(`text ${i}`)
  }
  expect(openInFolder()).toBe(3)
  pool.close()
  expect(openInFolder()).toBe(0)
})

test('does not read on in a file that was replaced', () => {
  const pool = new FilePool(1)
  const source = pool.source(file('replaced', 'first'))
  pool.source(file('other', 'x'))
  file('replaced', 'second, and longer')
  expect(() => source.read(0, 5)).toThrow('was replaced')
  pool.close()
})
