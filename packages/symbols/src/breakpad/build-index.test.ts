import { expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { buildIndex } from './build-index.ts'
import { scanChunkBytes } from './limits.ts'

test('a file of several pieces has the same index with and without the WebAssembly, also where it is damaged', () => {
  const lines = ['MODULE Linux x86_64 BBA6FA10B8AAB33D00000000000000000 a.out', 'FILE 0 a.c', 'INLINE_ORIGIN 0 f']
  const hex = (value: number) => value.toString(16)
  for (let i = 0; i < 1200; i++) {
    const at = 0x1000 + i * 0x400
    lines.push(`FUNC ${hex(at)} 400 0 function${i}`, ...(i % 50 === 0 ? ['what is this', 'FF 1 1'] : []))
    for (let line = 0; line < 64; line++) lines.push(`INLINE 0 ${line} 0 0 ${hex(at + line)} 1`, `${hex(at + line * 16)} 10 ${line} 0`)
    lines.push(
      `STACK CFI INIT ${hex(at)} 400 .cfa: $rsp 8 + .ra: .cfa -8 + ^`,
      ...(i % 70 === 0 ? ['STACK CFI x', `${hex(at)} 1 1 0`] : []),
    )
    for (let delta = 1; delta < 9; delta++) lines.push(`STACK CFI ${hex(at + delta)} .cfa: $rsp ${8 * delta} +`)
  }
  const bytes = new TextEncoder().encode(lines.join('\n'))
  expect(bytes.length).toBeGreaterThan(2 * scanChunkBytes)
  const index = buildIndex(bytesSource(bytes), true)
  expect(index).toEqual(buildIndex(bytesSource(bytes), false))
  expect([index.functions.keys.length, index.cfi.keys.length]).toEqual([1200, 1200])
  expect(index.badLines).toBeGreaterThan(0)
})
