/** A debug file of many gigabytes, most of it holes: the same symbols as of the small one, and as few bytes read. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSource } from '@crashkeep/symbols'
import { dumpSymbols } from '@crashkeep/symbols/dump'
import { fileSource } from '@crashkeep/symbols/node'
import { describe, expect, test } from 'vitest'
import { crashkeep } from '../../packages/cli/testing/command.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { compile } from '../harness/programs.ts'

const gib = 2 ** 30
/** Behind 4 GiB, where an offset of 32 bits ends, and far from each other. */
const firstOffset = 5 * gib
const step = 3 * gib
/** Larger than what is read as a whole. */
const stretchedBytes = 2.5 * gib
/** The small file has some 100 KB; windows and tables may be read more than once. */
const maxReadBytes = 64 * 2 ** 20
const undo = undoAfterAll()

/** Puts each section without an address far behind the one before, and the table of sections behind all; `.debug_str` gets a long end of zeros. */
function spread(small: Buffer, path: string): number {
  const file = openSync(path, 'w')
  const tableOffset = Number(small.readBigUInt64LE(40))
  const [entrySize, count, namesIndex] = [small.readUInt16LE(58), small.readUInt16LE(60), small.readUInt16LE(62)]
  const table = Buffer.from(small.subarray(tableOffset, tableOffset + entrySize * count))
  const namesAt = Number(table.readBigUInt64LE(namesIndex * entrySize + 24))
  writeSync(file, small, 0, small.length, 0)
  let offset = firstOffset
  for (let at = 0; at < table.length; at += entrySize) {
    const nameAt = namesAt + table.readUInt32LE(at)
    const name = small.toString('latin1', nameAt, small.indexOf(0, nameAt))
    const [address, from, size] = [
      table.readBigUInt64LE(at + 16),
      Number(table.readBigUInt64LE(at + 24)),
      Number(table.readBigUInt64LE(at + 32)),
    ]
    if (address !== 0n || size === 0) continue
    writeSync(file, small, from, size, offset)
    table.writeBigUInt64LE(BigInt(offset), at + 24)
    if (name === '.debug_str') table.writeBigUInt64LE(BigInt(stretchedBytes), at + 32)
    offset += step
  }
  writeSync(file, table, 0, table.length, offset)
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(offset))
  writeSync(file, head, 0, head.length, 40)
  closeSync(file)
  return offset
}

function dumped(source: ByteSource): { text: string; problems: readonly unknown[] } {
  const chunks: Uint8Array[] = []
  const { problems } = dumpSymbols(source, (chunk) => chunks.push(chunk), { fileName: 'shelf' })
  return { text: Buffer.concat(chunks).toString(), problems }
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'an ELF file whose sections lie gigabytes from each other (needs Linux on x64)',
  () => {
    test('gives what the small one gives, and is read where there is something', async () => {
      const folder = temporaryFolder(undo, 'large-elf')
      const path = await compile('shop.cc', join(folder, 'shelf'), ['-g', '-O2'])
      const large = join(folder, 'large')
      expect(spread(readFileSync(path), large)).toBeGreaterThan(30 * gib)
      const [small, source] = [fileSource(path), fileSource(large)]
      let read = 0
      const counted: ByteSource = {
        size: source.size,
        read(offset, length) {
          const bytes = source.read(offset, length)
          read += bytes.length
          return bytes
        },
      }
      const [ours, expected] = [dumped(counted), dumped(small)]
      small.close()
      source.close()
      expect(ours).toEqual(expected)
      expect(expected.text).toContain('FUNC ')
      expect(expected.text).toContain(' _ZN4shop')
      expect(read).toBeLessThan(maxReadBytes)
      const output = join(folder, 'large.sym')
      expect(await crashkeep(['symbols', 'dump', large, '-o', output])).toMatchObject({ status: 0, stderr: '' })
      expect(readFileSync(output, 'utf8')).toContain('shop::')
    })
  },
)
