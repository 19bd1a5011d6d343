import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { lzxCabinet, zipCabinet } from '../../testing/make-cabinet.ts'
import { cabinetFile } from './cabinet.ts'
import { SourceProblem } from './source-problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-cabinet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function unpack(bytes: Uint8Array): Buffer {
  const path = join(folder, 'x.pd_')
  writeFileSync(path, bytes)
  return Buffer.concat([...cabinetFile(path)])
}

/** Repetitions near and far, and bytes that never come again. */
const text = Buffer.from(
  Array.from({ length: 2_600 }, (_, at) => `FUNC ${(at * 16).toString(16)} 10 0 name_${at % 97}::method_${(at * 7919) % 1000}\n`).join(''),
)

describe('cabinets', () => {
  test.each([
    ['MSZIP', zipCabinet(text)],
    ['LZX, verbatim', lzxCabinet(text, ['verbatim'])],
    ['LZX, aligned', lzxCabinet(text, ['aligned'])],
    ['LZX, stored', lzxCabinet(text, ['plain'])],
    ['LZX, all kinds', lzxCabinet(text, ['verbatim', 'plain', 'aligned'])],
  ])('give back their file: %s', (_, packed) => {
    expect(unpack(packed).equals(text)).toBe(true)
  })

  test('damage is a sentence, and ends', () => {
    const small = text.subarray(0, 3_000)
    const made = [zipCabinet(small), lzxCabinet(small, ['verbatim']), lzxCabinet(small, ['aligned']), lzxCabinet(small, ['plain'])]
    fc.assert(
      fc.property(fc.constantFrom(...made), fc.nat(), fc.nat(255), fc.nat(), (cabinet, at, value, end) => {
        const broken = Buffer.from(cabinet).subarray(0, end % 3 === 0 ? end % cabinet.length : cabinet.length)
        if (broken.length > 0) broken[at % broken.length] = value
        try {
          expect(unpack(broken).length).toBeLessThan(2 ** 31)
        } catch (error) {
          expect(error).toBeInstanceOf(SourceProblem)
        }
      }),
      { numRuns: 300 },
    )
  })
})
