import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { buildIndex } from './build-index.ts'
import { decodeIndex, encodeIndex, headerBytes, type IndexedFile, sealIndex } from './index-file.ts'
import { symbolsOfIndex } from './open-breakpad-symbols.ts'

const text = [
  'MODULE Linux x86_64 BBA6FA10B8AAB33D00000000000000000 a.out',
  'INFO CODE_ID 0a0b URL',
  'FILE 0 a.c',
  'INLINE_ORIGIN 0 inlined()',
  'FUNC 10 20 0 main',
  'INLINE 0 7 0 0 14 4',
  '10 20 5 0',
  'FUNC 40 10 0 other',
  'PUBLIC 80 0 exported',
  'STACK WIN 4 10 20 0 0 0 0 0 0 1 $eip 4 + ^ =',
  'STACK WIN 0 40 10 0 0 0 0 0 0 0 0',
  'STACK CFI INIT 10 20 .cfa: $rsp 8 + .ra: .cfa 8 - ^',
  'STACK CFI 14 .cfa: $rsp 16 +',
  'rubbish',
]
const source = bytesSource(new TextEncoder().encode(text.join('\n')))
const index = buildIndex(source)
const file: IndexedFile = { size: source.size, modifiedNs: 1_700_000_000_123_456_789n, head: index.head }

test('holds everything that the scan found', () => {
  expect(decodeIndex(encodeIndex(index, file), file)).toEqual(index)
})

test('is refused for a file of another size, time or module, from another version, and when damaged', () => {
  const bytes = encodeIndex(index, file)
  const others: IndexedFile[] = [
    { ...file, size: file.size + 1 },
    { ...file, size: file.size + 2 ** 32 },
    { ...file, modifiedNs: file.modifiedNs + 1n },
    { ...file, modifiedNs: file.modifiedNs + (1n << 32n) },
    { ...file, head: { ...file.head, debugId: '0BA6FA10B8AAB33D00000000000000000' } },
    { ...file, head: { ...file.head, debugFile: 'b.out' } },
  ]
  for (const other of others) expect(decodeIndex(bytes, other)).toBeUndefined()
  for (let length = 0; length < bytes.length; length++) expect(decodeIndex(bytes.slice(0, length), file)).toBeUndefined()
  for (let at = 0; at < headerBytes; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 0x10
    expect(decodeIndex(damaged, file)).toBeUndefined()
  }
})

test('is refused when a block of it is missing, as after a power cut', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `FUNC ${(0x10_0000 + i * 16).toString(16)} 10 0 f`)
  const large = buildIndex(bytesSource(new TextEncoder().encode([text[0], ...lines].join('\n'))))
  const bytes = encodeIndex(large, file)
  for (let at = 512; at + 512 <= bytes.length; at += 512) {
    expect(decodeIndex(bytes.slice().fill(0, at, at + 512), file), `block at ${at}`).toBeUndefined()
  }
})

test('that lies makes look-ups find less or something else, and nothing worse', () => {
  const change = fc.record({ at: fc.nat(), value: fc.oneof(fc.nat(200), fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff)) })
  let accepted = 0
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const bytes = encodeIndex(index, file)
      const words = new Uint32Array(bytes.buffer)
      // Behind the identity, which would be refused.
      for (const { at, value } of changes) words[8 + (at % (words.length - 8))] = value
      sealIndex(words)
      const known = decodeIndex(bytes, file)
      if (known === undefined) return
      accepted++
      const symbols = symbolsOfIndex(source, known)
      for (const offset of [0, 0x10, 0x14, 0x17, 0x30, 0x45, 0x80, 0xffff_ffff]) {
        const found = symbols.lookup(offset)
        if (found !== undefined) expect(found.functionOffset).toBeLessThanOrEqual(offset)
        symbols.hasFunction(offset)
        symbols.cfiAt(offset)
        symbols.winAt(offset)
      }
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(100)
})
