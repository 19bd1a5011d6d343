import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { SymbolLookup } from '../module-symbols.ts'
import { type FileSource, fileSource } from './file-source.ts'
import { type FolderSymbolsOptions, folderSymbols } from './folder-symbols.ts'
import { indexPathBeside, minIndexedBytes, openIndexedSymbols } from './symbol-index.ts'

const root = mkdtempSync(join(tmpdir(), 'crashkeep-index-'))
afterAll(() => rmSync(root, { recursive: true }))

const module = { debugFile: 'big.so', debugId: '0123456789ABCDEF0123456789ABCDEF0' }
const layout = `${module.debugFile}/${module.debugId}`
let folder = ''
let path = ''
let round = 0

/** A file just large enough to be indexed; `name` is what its functions are called. */
function writeSymbols(name: string): void {
  const lines = [`MODULE Linux x86_64 ${module.debugId} ${module.debugFile}`, 'FILE 0 a.c']
  const padding = 'x'.repeat(1000)
  for (let i = 0; i * 1000 < minIndexedBytes; i++) lines.push(`FUNC ${(i * 16).toString(16)} 10 0 ${name}${i}${padding}`)
  writeFileSync(path, lines.join('\n'))
}

beforeEach(() => {
  folder = join(root, String(round++))
  mkdirSync(join(folder, layout), { recursive: true })
  path = join(folder, layout, 'big.so.sym')
  writeSymbols('first')
})

function lookUp(offset: number, options?: FolderSymbolsOptions): SymbolLookup | undefined {
  const supplier = folderSymbols([folder], options)
  const found = supplier.find(module)
  const symbol = found.state === 'loaded' ? found.symbols.lookup(offset) : undefined
  supplier.close()
  return symbol
}

/** Counts the bytes that are read of the symbol file itself. */
function counting(source: FileSource): { source: FileSource; bytes: () => number } {
  let bytes = 0
  const read = (offset: number, length: number): Uint8Array => {
    const result = source.read(offset, length)
    bytes += result.length
    return result
  }
  const { size, modifiedNs } = source
  return { source: { path, size, modifiedNs, read, close: () => source.close() }, bytes: () => bytes }
}

test('says the same in a process that ends soon', () => {
  expect(lookUp(16, { endsSoon: true })).toEqual(lookUp(16, { endsSoon: true }))
  expect(lookUp(16, { endsSoon: true })).toEqual(lookUp(16))
  expect(lookUp(16, { endsSoon: true })?.function).toMatch(/^first1x/)
})

test('is made by the first opening and spares the second from reading the file', () => {
  const [first, second] = [counting(fileSource(path)), counting(fileSource(path))]
  const before = openIndexedSymbols(first.source, indexPathBeside(path))
  const after = openIndexedSymbols(second.source, indexPathBeside(path))
  expect(first.bytes()).toBeGreaterThan(minIndexedBytes)
  expect(second.bytes()).toBeLessThan(100_000)
  for (const offset of [0, 0x17, 0x1000, 0xffff_ffff]) expect(after.lookup(offset)).toEqual(before.lookup(offset))
  expect(after.badLines).toBe(before.badLines)
  first.source.close()
  second.source.close()
  expect(readdirSync(join(folder, layout))).toEqual(['big.so.sym', 'big.so.sym.index'])
})

test('is replaced when the file has changed, even to one of the same size', () => {
  expect(lookUp(0x10)?.function).toMatch(/^first1x/)
  writeSymbols('other')
  // As if it had been written in the same tick of a coarse clock plus one.
  utimesSync(path, 1_600_000_000, 1_600_000_000)
  expect(lookUp(0x10)?.function).toMatch(/^other1x/)
  const made = statSync(indexPathBeside(path)).mtimeMs
  expect(lookUp(0x10)?.function).toMatch(/^other1x/)
  expect(statSync(indexPathBeside(path)).mtimeMs).toBe(made)
})

test('is replaced when it is damaged, cut off, empty or something else', () => {
  lookUp(0)
  const whole = readFileSync(indexPathBeside(path))
  const damaged = Buffer.from(whole)
  damaged.fill(0, 2048, 4096)
  for (const bytes of [damaged, whole.subarray(0, 1000), Buffer.alloc(0), Buffer.from('no index at all')]) {
    writeFileSync(indexPathBeside(path), bytes)
    expect(lookUp(0x10)?.function).toMatch(/^first1x/)
    expect(readFileSync(indexPathBeside(path)).equals(whole)).toBe(true)
  }
})

test('does without where it cannot be: a folder stands in its place, or nobody may write', () => {
  mkdirSync(indexPathBeside(path))
  expect(lookUp(0x10)?.function).toMatch(/^first1x/)
  rmSync(indexPathBeside(path), { recursive: true })
  chmodSync(join(folder, layout), 0o555)
  expect(lookUp(0x10)?.function).toMatch(/^first1x/)
  chmodSync(join(folder, layout), 0o755)
  expect(readdirSync(join(folder, layout))).toEqual(['big.so.sym'])
})

test('is kept in another folder or nowhere when told so', () => {
  const cache = join(folder, 'not', 'there', 'yet')
  expect(lookUp(0x10, { indexes: { folder: cache } })?.function).toMatch(/^first1x/)
  expect(lookUp(0x20, { indexes: { folder: cache } })?.function).toMatch(/^first2x/)
  expect(readdirSync(cache)).toHaveLength(1)
  expect(lookUp(0x10, { indexes: 'nowhere' })?.function).toMatch(/^first1x/)
  expect(readdirSync(join(folder, layout))).toEqual(['big.so.sym'])
})

test('is whole when several processes make it at once', async () => {
  const own = import.meta.url
  const entry = fileURLToPath(new URL(`./folder-symbols.${own.slice(own.lastIndexOf('.') + 1)}`, own))
  const program = `import { folderSymbols } from ${JSON.stringify(entry)}
const found = folderSymbols([${JSON.stringify(folder)}]).find(${JSON.stringify(module)})
console.log(found.state === 'loaded' ? found.symbols.lookup(16).function.slice(0, 7) : found.state)`
  const runs = [1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]))
  for (const { stdout } of await Promise.all(runs)) expect(stdout).toBe('first1x\n')
  expect(readdirSync(join(folder, layout))).toEqual(['big.so.sym', 'big.so.sym.index'])
  const source = counting(fileSource(path))
  openIndexedSymbols(source.source, indexPathBeside(path))
  expect(source.bytes()).toBeLessThan(100_000)
  source.source.close()
})
