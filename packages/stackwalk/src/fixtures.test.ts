import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { bytesSource, leafName, MinidumpError, readMinidump } from '@crashkeep/minidump'
import { folderSymbols } from '@crashkeep/symbols/node'
import { describe, expect, test } from 'vitest'
import { describeCrash } from './describe-crash.ts'
import { StackwalkError } from './errors.ts'
import { formatHuman } from './format/human.ts'
import { formatJson } from './format/json.ts'
import { processMinidump } from './process-minidump.ts'
import type { ProcessedCrash } from './processed-crash.ts'

const fixtures = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url))

// rust-minidump is right about these figures or we are: docs/reference/differences.md lists every case.
const floors = { frames: 0.995, trust: 0.9999, threads: 0.998, modules: 0.998, fields: 0.9999 }

const fields = [
  'status',
  'pid',
  'main_module',
  'thread_count',
  'process_uptime',
  'linux_memory_map_count',
  'lsb_release',
  'unloaded_modules',
]
const moduleFields = ['base_addr', 'end_addr', 'filename', 'debug_file', 'debug_id', 'code_id', 'version'] as const

describe.skipIf(!existsSync(fixtures))('real dumps (needs ../shared fixtures)', () => {
  test.each([
    ['with symbols', 'rust.json.gz', true],
    ['without symbols', 'rust.nosym.json.gz', false],
  ])(
    'agree with rust-minidump %s',
    (_title, expectedName, withSymbols) => {
      const counts = { frames: [0, 0], trust: [0, 0], threads: [0, 0], modules: [0, 0], fields: [0, 0] }
      const count = (kind: keyof typeof counts, same: boolean) => {
        counts[kind][0] = (counts[kind][0] ?? 0) + (same ? 1 : 0)
        counts[kind][1] = (counts[kind][1] ?? 0) + 1
      }
      for (const name of dumpNames()) {
        const expectedFile = join(fixtures, 'expected', name, expectedName)
        if (!existsSync(expectedFile)) continue
        const expected = JSON.parse(gunzipSync(readFileSync(expectedFile)).toString())
        const actual = JSON.parse(formatJson(processed(name, withSymbols)))
        for (const field of fields) {
          // Its maps have a line that rust-minidump cannot read, so it counts none.
          if (field === 'linux_memory_map_count' && name.endsWith('linux_executable_stack.dmp')) continue
          count('fields', JSON.stringify(actual[field]) === JSON.stringify(expected[field]))
        }
        for (const field of [
          'system_info',
          'crash_info.type',
          'crash_info.address',
          'crash_info.crashing_thread',
          'crash_info.assertion',
        ]) {
          const at = (value: unknown) =>
            JSON.stringify(field.split('.').reduce((inner: unknown, key) => Reflect.get(Object(inner), key), value))
          count('fields', at(actual) === at(expected))
        }
        const byBase = new Map(actual.modules.map((module: { base_addr: string }) => [module.base_addr, module]))
        for (const module of expected.modules) {
          const ours = byBase.get(module.base_addr)
          count(
            'modules',
            moduleFields.every((field) => module[field] === Reflect.get(Object(ours), field)),
          )
        }
        expected.threads.forEach((thread: ProcessedCrash['threads'][number], index: number) => {
          const ours = actual.threads[index]
          count('threads', JSON.stringify(ours) === JSON.stringify(thread))
          thread.frames.forEach((frame, at) => {
            const same = JSON.stringify({ ...ours?.frames[at], trust: '' }) === JSON.stringify({ ...frame, trust: '' })
            count('frames', same)
            if (same) count('trust', ours?.frames[at]?.trust === frame.trust)
          })
        })
      }
      for (const kind of ['frames', 'trust', 'threads', 'modules', 'fields'] as const) {
        const [same = 0, all = 0] = counts[kind]
        expect(all, kind).toBeGreaterThan(500)
        expect(same / all, `${kind}: ${same} of ${all}`).toBeGreaterThanOrEqual(floors[kind])
      }
    },
    60_000,
  )

  test('print and describe, or are refused with a reason', () => {
    for (const name of dumpNames()) {
      try {
        const crash = processed(name, true)
        expect(formatHuman(crash)).toContain(`CPU: ${crash.system_info.cpu_arch}`)
        expect(describeCrash(crash)).toMatch(/^(The|A|An) .{10,600}\.$/)
      } catch (error) {
        if (!(error instanceof MinidumpError || error instanceof StackwalkError)) throw error
        expect(
          ['microdump', 'invalid', 'regions'].some((start) => leafName(name).startsWith(start)),
          name,
        ).toBe(true)
      }
    }
  }, 60_000)
})

function dumpNames(): string[] {
  const folder = join(fixtures, 'dumps')
  return readdirSync(folder).flatMap((group) => readdirSync(join(folder, group)).map((name) => join(group, name)))
}

function processed(name: string, withSymbols: boolean): ProcessedCrash {
  const dump = readMinidump(bytesSource(readFileSync(join(fixtures, 'dumps', name))))
  if (!withSymbols) return processMinidump(dump)
  const symbols = folderSymbols([join(fixtures, 'symbols')])
  try {
    return processMinidump(dump, { symbols })
  } finally {
    symbols.close()
  }
}
