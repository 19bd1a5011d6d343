import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { blankValues, blankValuesInFile, patternsOf } from './blank-values.ts'

const long = 'anna.example@mail.example'
const withLength = (text: string) => Buffer.concat([Buffer.from([text.length, 0, 0, 0]), Buffer.from(text)])

it('overwrites a long value wherever it stands, as UTF-8 and as UTF-16', () => {
  const bytes = Buffer.concat([Buffer.from(`a${long}b`), Buffer.from(long, 'utf16le'), Buffer.from('c')])
  const { length } = bytes
  expect(blankValues(bytes, patternsOf([long]))).toBe(true)
  expect(bytes.length).toBe(length)
  const stars = '*'.repeat(long.length)
  expect(bytes.equals(Buffer.concat([Buffer.from(`a${stars}b`), Buffer.from(stars, 'utf16le'), Buffer.from('c')]))).toBe(true)
})

it('overwrites a short value only behind its length', () => {
  const bytes = Buffer.concat([Buffer.from('anna'), withLength('anna'), withLength('annabel')])
  blankValues(bytes, patternsOf(['anna', 'ab']))
  expect(bytes.toString('latin1')).toBe('anna\x04\0\0\0****\x07\0\0\0annabel')
  expect(blankValues(bytes, patternsOf(['other']))).toBe(false)
})

it('finds values in a file across the pieces in which it is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crashkeep-blank-'))
  const path = join(folder, 'dump')
  const bytes = Buffer.alloc(2 * 1024 * 1024 + 100, 'x')
  for (const at of [0, 1024 * 1024 - 5, 2 * 1024 * 1024 - 1, bytes.length - long.length]) bytes.write(long, at)
  await writeFile(path, bytes)
  expect(await blankValuesInFile(path, patternsOf([long]))).toBe(true)
  const after = await readFile(path)
  expect([after.length, after.includes(long), after.toString('latin1').split('*').length - 1]).toEqual([
    bytes.length,
    false,
    4 * long.length,
  ])
  await rm(folder, { recursive: true })
})
