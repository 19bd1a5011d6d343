import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { elfSection } from './elf-section.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-elf-section-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'file')

const names = '\0.text\0.bss\0.names\0'
const textOffset = 64
const text = Buffer.from('0123456789')

/** A head, `.text`, the names, and a table of four sections; `many` puts their number where there is room for large ones. */
function elf({ wide, little, many = false }: { readonly wide: boolean; readonly little: boolean; readonly many?: boolean }): Buffer {
  const entry = wide ? 64 : 40
  const namesOffset = textOffset + text.length
  const tableOffset = namesOffset + names.length
  const file = Buffer.alloc(tableOffset + 4 * entry)
  const u16 = (value: number, at: number) => (little ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at))
  const u32 = (value: number, at: number) => (little ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at))
  const word = (value: number, at: number) =>
    wide ? (little ? file.writeBigUInt64LE(BigInt(value), at) : file.writeBigUInt64BE(BigInt(value), at)) : u32(value, at)
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2])
  word(tableOffset, wide ? 40 : 32)
  for (const [index, value] of [entry, many ? 0 : 4, many ? 0xffff : 3].entries()) u16(value, (wide ? 58 : 46) + 2 * index)
  text.copy(file, textOffset)
  file.write(names, namesOffset)
  const section = (index: number, { name = 0, type = 0, offset = 0, size = 0, link = 0 }) => {
    const at = tableOffset + index * entry
    u32(name, at)
    u32(type, at + 4)
    word(offset, at + (wide ? 24 : 16))
    word(size, at + (wide ? 32 : 20))
    u32(link, at + (wide ? 40 : 24))
  }
  if (many) section(0, { size: 4, link: 3 })
  section(1, { name: 1, type: 1, offset: textOffset, size: text.length })
  section(2, { name: 7, type: 8, offset: textOffset, size: 500 })
  section(3, { name: 12, type: 3, offset: namesOffset, size: names.length })
  return file
}

describe('a section of an ELF file', () => {
  it.each([
    { wide: true, little: true },
    { wide: true, little: false },
    { wide: false, little: true },
    { wide: false, little: false },
    { wide: true, little: true, many: true },
  ])('is found by its name: %j', async (form) => {
    await writeFile(path, elf(form))
    expect(await elfSection(path, '.text')).toEqual({ start: textOffset, length: text.length })
    expect(await elfSection(path, '.names')).toMatchObject({ length: names.length })
    for (const none of ['.bss', '.tex', 'text', '.text\0', 'other']) expect(await elfSection(path, none)).toBeUndefined()
  })

  it('lies in the file or is none, however damaged that is', async () => {
    const whole = elf({ wide: true, little: true })
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), async (changes, cut) => {
        const damaged = Buffer.from(whole)
        for (const { at, byte } of changes) damaged[at] = byte
        const bytes = damaged.subarray(0, changes.length % 2 === 0 ? whole.length : cut)
        await writeFile(path, bytes)
        const found = await elfSection(path, '.text')
        if (found !== undefined) expect(found.start + found.length).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 300 },
    )
  })
})
