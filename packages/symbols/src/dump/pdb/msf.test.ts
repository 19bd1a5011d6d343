import { expect, test } from 'vitest'
import { synthMsf, synthPdb } from '../../../testing/synth-pdb.ts'
import { type ByteSource, bytesSource } from '../../byte-source.ts'
import { dumpSymbols } from '../index.ts'
import { openMsf } from './msf.ts'

const numbers = Array.from({ length: 1500 }, (_, index) => index % 251)

test.each([512, 4096, 32768])('streams are read across pages of %i bytes that lie anywhere', (pageBytes) => {
  const file = openMsf(bytesSource(synthMsf([[1, 2, 3], numbers, undefined, []], pageBytes)))
  if ('refused' in file) throw new Error(file.message)
  expect(file.streamCount).toBe(4)
  expect([...(file.stream(1)?.read(500, 600) ?? [])]).toEqual(numbers.slice(500, 1100))
  expect([...(file.stream(1)?.read(1490, 100) ?? [])]).toEqual(numbers.slice(1490))
  expect([...(file.stream(0)?.read(0, 3) ?? [])]).toEqual([1, 2, 3])
  expect(file.stream(2)).toBeUndefined()
  expect(file.stream(3)?.size).toBe(0)
  expect(file.stream(4)).toBeUndefined()
})

test('pages that follow one another are one read', () => {
  const bytes = synthMsf([Array.from({ length: 512 * 4 }, () => 7)])
  const view = new DataView(bytes.buffer)
  const directory = view.getUint32(view.getUint32(52, true) * 512, true) * 512
  // Page numbers go backwards in a synthetic file; here they are turned round.
  const pages = [0, 1, 2, 3].map((index) => view.getUint32(directory + 8 + index * 4, true))
  for (const [index, page] of pages.reverse().entries()) view.setUint32(directory + 8 + index * 4, page, true)
  let reads = 0
  const source: ByteSource = {
    size: bytes.length,
    read(offset, length) {
      reads++
      return bytes.subarray(offset, offset + length)
    },
  }
  const file = openMsf(source)
  if ('refused' in file) throw new Error(file.message)
  reads = 0
  expect(file.stream(0)?.read(0, 512 * 4).length).toBe(2048)
  expect(reads).toBe(1)
})

test('the format of Visual C++ 6 is told by name, as is a file that is cut off', () => {
  const old = new TextEncoder().encode('Microsoft C/C++ program database 2.00\r\n\x1aJG\0\0'.padEnd(1024, '\0'))
  const opened = openMsf(bytesSource(old))
  expect('refused' in opened && opened.refused).toBe('old_pdb')
  expect(() => dumpSymbols(bytesSource(old), () => undefined)).toThrow('2.00')
  const whole = synthPdb({})
  for (let size = 60; size < whole.length - 512; size += 97) {
    expect(() => dumpSymbols(bytesSource(whole.subarray(0, size)), () => undefined)).toThrow(
      /cut off|outside|not possible|no identity|neither/,
    )
  }
})

test('a directory whose streams are larger than the file is refused', () => {
  const bytes = synthMsf([numbers, numbers])
  const view = new DataView(bytes.buffer)
  const directoryMap = view.getUint32(52, true) * 512
  const directory = view.getUint32(directoryMap, true) * 512
  view.setUint32(directory + 4, 0x7000_0000, true)
  const file = openMsf(bytesSource(bytes))
  expect('refused' in file && file.refused).toBe('bad_directory')
})
