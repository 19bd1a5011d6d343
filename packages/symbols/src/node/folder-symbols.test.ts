import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderSymbols } from './folder-symbols.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-folder-symbols-'))
afterAll(() => rmSync(folder, { recursive: true }))

const debugId = 'BBA6FA10B8AAB33D00000000000000000'
const text = (name: string): string => `MODULE Linux x86_64 ${debugId} ${name}\nINFO CODE_ID 10FAA6BBAAB83DB3\nFUNC 10 10 0 in_${name}\n`

function put(path: string, content: string): string {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
  return full
}

test('finds symbols in the usual layout and opens them once', () => {
  const path = put(`one/a.out/${debugId}/a.out.sym`, text('a.out'))
  const supplier = folderSymbols([join(folder, 'empty'), join(folder, 'one')])
  const found = supplier.find({ debugFile: '/bin/a.out', debugId })
  expect(found).toMatchObject({ state: 'loaded', from: path })
  expect(found.state === 'loaded' && found.symbols.lookup(0x18)?.function).toBe('in_a.out')
  expect(supplier.find({ debugFile: 'a.out', debugId: debugId.toLowerCase() })).toBe(found)
  supplier.close()
})

test('falls back to code file and code id', () => {
  put('code/k.dll/5C1B43D2A000/k.sym', text('k.pdb'))
  const supplier = folderSymbols([join(folder, 'code')])
  expect(supplier.find({ debugFile: 'k.pdb', debugId, codeFile: 'C:\\k.dll', codeId: '5c1b43d2a000' }).state).toBe('loaded')
  supplier.close()
})

test('tells where it looked, and finds what is added later', () => {
  const supplier = folderSymbols([join(folder, 'later')])
  const wanted = join(folder, 'later', 'b', debugId, 'b.sym')
  expect(supplier.find({ debugFile: 'b', debugId })).toEqual({ state: 'missing', looked: [wanted] })
  put(`later/b/${debugId}/b.sym`, text('b'))
  expect(supplier.find({ debugFile: 'b', debugId }).state).toBe('loaded')
  supplier.close()
})

test('takes single files by the ids inside them, whatever they are called', () => {
  const supplier = folderSymbols([put('single/anything.txt', text('c'))])
  expect(supplier.find({ debugFile: 'c', debugId }).state).toBe('loaded')
  expect(supplier.find({ codeFile: 'c', codeId: '10faa6bbaab83db3' }).state).toBe('loaded')
  expect(supplier.find({ debugFile: 'c', debugId: `${debugId.slice(0, -1)}1` }).state).toBe('missing')
  expect(supplier.find({}).state).toBe('missing')
  supplier.close()
})

test('tells why a file cannot be used, and takes a good one from the next folder', () => {
  const bad = put(`bad/d/${debugId}/d.sym`, 'M\0O\0D\0')
  put(`good/d/${debugId}/d.sym`, text('d'))
  const alone = folderSymbols([join(folder, 'bad')])
  expect(alone.find({ debugFile: 'd', debugId })).toEqual({ state: 'corrupt', from: bad, reason: expect.stringContaining('UTF-16') })
  const both = folderSymbols([join(folder, 'bad'), join(folder, 'good')])
  expect(both.find({ debugFile: 'd', debugId }).state).toBe('loaded')
  alone.close()
  both.close()
})

test('tells why a single file cannot be used when its name fits the module', () => {
  const supplier = folderSymbols([put('e.sym', 'no symbols')])
  expect(supplier.find({ debugFile: 'e', debugId })).toMatchObject({ state: 'corrupt', reason: expect.stringContaining('MODULE') })
  expect(supplier.find({ debugFile: 'f', debugId }).state).toBe('missing')
  supplier.close()
})

test('does not fail on names of the longest kind', () => {
  const supplier = folderSymbols([folder])
  expect(supplier.find({ debugFile: 'x'.repeat(255), debugId }).state).toBe('missing')
  supplier.close()
})

test('tells when a folder may not be read, where that holds for this user', () => {
  put(`locked/g/${debugId}/g.sym`, text('g'))
  chmodSync(join(folder, 'locked'), 0)
  const supplier = folderSymbols([join(folder, 'locked')])
  expect(supplier.find({ debugFile: 'g', debugId }).state).toBe(process.getuid?.() === 0 ? 'loaded' : 'corrupt')
  chmodSync(join(folder, 'locked'), 0o700)
  supplier.close()
})

test('reads more modules than it keeps open', () => {
  const count = 100
  for (let i = 0; i < count; i++) put(`many/m${i}/${debugId}/m${i}.sym`, text(`m${i}`))
  const supplier = folderSymbols([join(folder, 'many')])
  const found = Array.from({ length: count }, (_, i) => supplier.find({ debugFile: `m${i}`, debugId }))
  for (const [i, one] of found.entries()) expect(one.state === 'loaded' && one.symbols.lookup(0x10)?.function).toBe(`in_m${i}`)
  supplier.close()
})
