import { expect, test } from 'vitest'
import { ByteWriter } from '../../../testing/byte-writer.ts'
import { bytesSource } from '../../byte-source.ts'
import { openPackage } from './package-index.ts'
import type { DwarfSections } from './sections.ts'

/** A package of one unit, 0x1122334455667788, whose parts begin at 4 and have 2 bytes. */
function packaged(version: 2 | 5): DwarfSections {
  const index = new ByteWriter().u32(version).u32(2).u32(1).u32(2)
  index.u64(0).u32(0x5566_7788).u32(0x1122_3344).u32(0).u32(1)
  index
    .u32(1)
    .u32(version === 5 ? 8 : 6)
    .u32(4)
    .u32(4)
    .u32(2)
    .u32(2)
  const sections = new Map([
    ['cu_index', index.done()],
    ['info', Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7)],
    ['str_offsets', Uint8Array.of(9, 9, 9, 9, 8, 8, 9)],
    ['rnglists', Uint8Array.of(9, 9, 9, 9, 7, 7, 9)],
    ['str', Uint8Array.of(65, 0)],
  ])
  const opened = new Map([...sections].map(([name, bytes]) => [name, bytesSource(bytes)]))
  return { littleEndian: true, section: (name) => opened.get(name) }
}

test.each([
  [2, 'str_offsets', [8, 8]],
  [5, 'rnglists', [7, 7]],
] as const)('a unit of a package of version %d has its parts of each section', (version, second, bytes) => {
  const unit = openPackage(packaged(version))?.('1122334455667788')
  expect([...(unit?.section('info')?.read(0, 10) ?? [])]).toEqual([4, 5])
  expect([...(unit?.section(second)?.read(0, 10) ?? [])]).toEqual([...bytes])
  expect(unit?.section('str')?.size).toBe(2)
  expect(openPackage(packaged(version))?.('0000000000000000')).toBeUndefined()
})

test('an index that is cut off is none', () => {
  const sections = packaged(2)
  const cut = sections.section('cu_index')?.read(0, 50) ?? new Uint8Array(0)
  expect(openPackage({ ...sections, section: (name) => (name === 'cu_index' ? bytesSource(cut) : sections.section(name)) })).toBeUndefined()
})
