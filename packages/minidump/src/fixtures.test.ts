import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { leafName } from './leaf-name.ts'
import type { Minidump } from './minidump.ts'
import { fileSource } from './node/index.ts'
import { readMinidump } from './read-minidump.ts'
import type { ModulePiece } from './streams/module-list.ts'

const fixtures = join(import.meta.dirname, '../../../../shared/fixtures')

function dumpFiles(): string[] {
  const dumps = join(fixtures, 'dumps')
  if (!existsSync(dumps)) return []
  return readdirSync(dumps).flatMap((folder) => readdirSync(join(dumps, folder)).map((file) => `${folder}/${file}`))
}

function readFixture<T>(file: string, use: (dump: Minidump) => T): T {
  const source = fileSource(join(fixtures, 'dumps', file))
  try {
    return use(readMinidump(source))
  } finally {
    source.close()
  }
}

interface ModuleLine {
  base: string
  end: string
  file: string
  debugFile: string
  debugId: string
  codeId: string
  version: string | null
}

/** A module as the other reader prints it; the entries that we joined are listed one by one again. */
function moduleLines(dump: Minidump, digits: number): ModuleLine[] {
  const hex = (address: bigint): string => `0x${address.toString(16).padStart(digits, '0')}`
  const entries = dump.modules.flatMap((module) => {
    const whole: ModulePiece = { baseAddress: module.baseAddress, size: module.size, name: module.name, entry: module.entry }
    return (module.pieces ?? [whole]).map((piece) => ({ module, piece }))
  })
  return entries
    .sort((a, b) => a.piece.entry - b.piece.entry)
    .map(({ module, piece }) => ({
      base: hex(piece.baseAddress),
      end: hex(piece.baseAddress + BigInt(piece.size)),
      file: leafName(piece.name),
      debugFile: module.debugFile ?? '',
      debugId: module.debugId ?? '0'.repeat(33),
      codeId: module.codeId ?? '',
      version: module.version ?? null,
    }))
}

interface ExpectedModule {
  base_addr: string
  end_addr: string
  filename: string
  debug_file: string
  debug_id: string
  code_id: string
  version: string | null
}

function expectedOf(file: string): { modules: ExpectedModule[]; thread_count: number; unloaded_modules?: unknown[] } | undefined {
  const path = join(fixtures, 'expected', file, 'rust.json.gz')
  return existsSync(path) ? JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) : undefined
}

const files = dumpFiles()
const compared = files.filter((file) => existsSync(join(fixtures, 'expected', file, 'rust.json.gz')))
const microdumps = files.filter((file) => file.includes('microdump'))

describe.skipIf(!existsSync(fixtures))('real dumps (needs ../shared fixtures)', () => {
  it('are 63 files, of which 55 have an expected output', () => {
    expect([files.length, compared.length, microdumps.length]).toEqual([63, 55, 5])
  })

  it.each(compared)('%s has the threads, modules and ids that rust-minidump prints', (file) => {
    const expected = expectedOf(file)
    const digits = (expected?.modules[0]?.base_addr?.length ?? 18) - 2
    readFixture(file, (dump) => {
      expect(dump.threads?.length).toBe(expected?.thread_count)
      expect(dump.unloadedModules.length).toBe(expected?.unloaded_modules?.length ?? 0)
      expect(dump.threads?.every(({ context }) => context !== undefined)).toBe(true)
      expect(moduleLines(dump, digits)).toEqual(
        expected?.modules.map((module) => ({
          base: module.base_addr,
          end: module.end_addr,
          file: module.filename,
          debugFile: module.debug_file,
          debugId: module.debug_id,
          codeId: module.code_id,
          version: module.version,
        })),
      )
    })
  })

  it('have the streams, threads, modules and ranges that they always had', () => {
    const counts = files
      .filter((file) => !microdumps.includes(file))
      .map((file) =>
        readFixture(file, (dump) =>
          [
            file,
            `streams ${dump.streams.length}`,
            `threads ${dump.threads?.length ?? 'none'}`,
            `modules ${dump.modules.length}`,
            `joined ${dump.modules.filter(({ pieces }) => pieces !== undefined).length}`,
            `memory ${dump.memory.ranges.length}`,
            `regions ${dump.memoryInfo.length}`,
            `problems ${dump.problems.length}`,
          ].join(', '),
        ),
      )
    expect(counts).toMatchSnapshot()
  })

  it.each(microdumps)('%s is text, and has the system, processor and modules that Breakpad prints', (file) => {
    const lines = gunzipSync(readFileSync(join(fixtures, 'expected', file, 'breakpad.micro.machine.txt.gz')))
      .toString('utf8')
      .split('\n')
    const rows = lines.map((line) => line.split('|'))
    readFixture(file, (dump) => {
      expect(dump.problems).toEqual([])
      expect(rows).toContainEqual(['OS', dump.systemInfo?.os, dump.systemInfo?.csdVersion])
      expect(rows).toContainEqual(['CPU', dump.systemInfo?.cpu, '', String(dump.systemInfo?.processorCount)])
      const modules = dump.modules.map(({ name, debugId, baseAddress, size }) => {
        const hex = (address: bigint) => `0x${address.toString(16).padStart(8, '0')}`
        return [name, debugId ?? '0'.repeat(33), hex(baseAddress), hex(baseAddress + BigInt(size) - 1n)].join()
      })
      const expected = rows.filter(([kind]) => kind === 'Module').map(([, name, , , id, base, end]) => [name, id, base, end].join())
      expect(modules.toSorted()).toEqual(expect.arrayContaining(expected.toSorted()))
    })
  })
})
