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
import { formatMachine } from './format/machine.ts'
import { icedDecoder } from './iced/iced-decoder.ts'
import { processMinidump } from './process-minidump.ts'
import type { ProcessedCrash } from './processed-crash.ts'

const fixtures = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url))

/** Every place where a real dump's JSON is not rust-minidump's. docs/reference/differences.md has the reasons. */
const knownDifferences: readonly (readonly [dump: RegExp, path: RegExp])[] = [
  // Analyses of 32-bit code, which rust-minidump does not make.
  [/(_av\w*|exec_av_on_stack|thread_name_list|fizzbuzz_no_heap|windows-x86)\.dmp$/, /^crash_info\.(instruction|memory_accesses)$/],
  [/(null_read_av|null_write_av|fizzbuzz_no_heap)\.dmp$/, /^crash_info\.adjusted_address$/],
  // An instruction with three REX prefixes.
  [/linux_inside_elf_header\.dmp$/, /^crash_info\.(instruction|memory_accesses|adjusted_address|possible_bit_flips)$/],
  [/linux_executable_stack\.dmp$/, /^linux_memory_map_count$/],
  [/linux_inline\.dmp$/, /^((crashing_thread|threads\.0)\.|modules\.0x0000000000200000\.corrupt_symbols$)/],
  // Joined modules.
  [/lldb\/linux-x86_64(_not_crashed)?\.dmp$/, /^modules\.(0x0000000000400000\.end_addr|0x0000000000600000)$/],
  // Several modules of one name.
  [/(android-aarch64|node-minidump\/linux)\.dmp$/, /^modules\.0x\w+\.missing_symbols$/],
]

describe.skipIf(!existsSync(fixtures))('real dumps (needs ../shared fixtures)', () => {
  test.each([
    ['with symbols', 'rust.json.gz', true],
    ['without symbols', 'rust.nosym.json.gz', false],
  ])(
    'have the JSON of rust-minidump %s, but for what differences.md tells',
    (_title, expectedName, withSymbols) => {
      const unknown: string[] = []
      const used = new Set<(typeof knownDifferences)[number]>()
      let compared = 0
      for (const name of dumpNames()) {
        const expected = expectedText(name, expectedName)
        if (expected === undefined) continue
        compared++
        const actual = formatJson(processed(name, withSymbols))
        for (const path of differences(comparable(JSON.parse(expected)), comparable(JSON.parse(actual)), '')) {
          const known = knownDifferences.find(([dump, place]) => dump.test(name) && place.test(path))
          if (known === undefined) unknown.push(`${name}: ${path}`)
          else used.add(known)
        }
      }
      expect(unknown).toEqual([])
      if (withSymbols) expect(knownDifferences.filter((known) => !used.has(known)).map(String)).toEqual([])
      expect(compared).toBeGreaterThan(50)
    },
    60_000,
  )

  test('have the text of rust-minidump', () => {
    // Frames or modules differ; see above.
    const differs = /(linux_inside_elf_header|linux_executable_stack|linux_inline|lldb\/linux-x86_64(_not_crashed)?)\.dmp$/
    let compared = 0
    for (const name of dumpNames()) {
      const expected = expectedText(name, 'rust.human.txt.gz')
      if (expected === undefined || differs.test(name)) continue
      compared++
      const crash = processed(name, true)
      const actual = withoutAdditions(formatHuman(crash))
      const isX86 = crash.system_info.cpu_arch === 'x86'
      expect(isX86 ? withoutX86Facts(actual) : actual, name).toBe(isX86 ? withoutX86Facts(expected) : expected)
    }
    expect(compared).toBeGreaterThan(40)
  }, 60_000)

  test("have Breakpad's machine lines, as far as both walk alike", () => {
    let compared = 0
    const modules = { same: 0, all: 0 }
    for (const name of dumpNames()) {
      const expected = expectedText(name, 'breakpad.machine.txt.gz')?.split('\n')
      if (expected === undefined) continue
      const actual = formatMachine(processed(name, true)).split('\n')
      expect(actual.slice(0, 4), name).toEqual(expected.slice(0, 4))
      compared++
      const ours = new Set(actual)
      for (const line of expected) {
        if (!line.startsWith('Module|')) continue
        modules.all++
        if (ours.has(line)) modules.same++
      }
      // The same line of the same frame: then also the same place in it, and not the other end of the call.
      const places = new Map(actual.map((line) => [line.split('|').slice(0, 6).join('|'), line]))
      const nearMisses = expected.filter((line) => isNear(line, places.get(line.split('|').slice(0, 6).join('|'))))
      expect(nearMisses, name).toEqual([])
      if (/(linux_null_read_av|crash_linux|minidump2|ascii_read_av)\.dmp$/.test(name)) expect(actual, name).toEqual(expected)
      const innermost = (lines: readonly string[]) => lines.filter((line) => /^0\|[0-3]\|/.test(line))
      if (name.endsWith('linux_inline.dmp')) expect(innermost(actual)).toEqual(innermost(expected))
    }
    expect(compared).toBeGreaterThan(50)
    // The four entries of two programs that are joined are one each.
    expect(modules.all).toBe(modules.same + 4)
  }, 60_000)

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

/** Whether two lines of frames tell offsets that a call is between. */
function isNear(line: string, other: string | undefined): boolean {
  const [one, two] = [line, other].map((text) => Number(text?.split('|')[6]))
  return /^\d+\|\d+\|/.test(line) && one !== undefined && two !== undefined && one !== two && Math.abs(one - two) <= 8
}

function dumpNames(): string[] {
  const folder = join(fixtures, 'dumps')
  return readdirSync(folder).flatMap((group) => readdirSync(join(folder, group)).map((name) => join(group, name)))
}

function expectedText(name: string, file: string): string | undefined {
  const path = join(fixtures, 'expected', name, file)
  return existsSync(path) ? gunzipSync(readFileSync(path)).toString() : undefined
}

function processed(name: string, withSymbols: boolean): ProcessedCrash {
  const dump = readMinidump(bytesSource(readFileSync(join(fixtures, 'dumps', name))))
  if (!withSymbols) return processMinidump(dump, { decoder: icedDecoder })
  const symbols = folderSymbols([join(fixtures, 'symbols')])
  try {
    return processMinidump(dump, { symbols, decoder: icedDecoder })
  } finally {
    symbols.close()
  }
}

type Json = Readonly<Record<string, unknown>>

/** Without what Crashkeep adds, modules by address, limits (which rust-minidump prints in any order) by name. */
function comparable(crash: ProcessedCrash): Json {
  const { annotations, problems, ...rest } = crash
  const thread = <T extends { frames: readonly object[] }>(one: T) => ({
    ...one,
    frames: one.frames.map((frame) => ({ ...frame, trust_detail: undefined })),
  })
  return {
    ...rest,
    threads: rest.threads.map(thread),
    ...(rest.crashing_thread !== undefined && { crashing_thread: thread(rest.crashing_thread) }),
    modules: Object.fromEntries(rest.modules.map((module) => [module.base_addr, { ...module, symbols: undefined }])),
    proc_limits: rest.proc_limits && Object.fromEntries(rest.proc_limits.limits.map((limit) => [limit.name, limit])),
  }
}

/** Paths of the innermost values that are not the same. */
function differences(expected: unknown, actual: unknown, path: string): string[] {
  if (expected === actual) return []
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null) return [path]
  if (Array.isArray(expected) !== Array.isArray(actual)) return [path]
  const [a, b] = [new Map(Object.entries(expected)), new Map(Object.entries(actual))]
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].flatMap((key) => differences(a.get(key), b.get(key), path === '' ? key : `${path}.${key}`))
}

function withoutAdditions(text: string): string {
  return text.replace(/\n(Annotations|Problems of this dump):\n[\s\S]*$/, '')
}

/** Without the crashing instruction, and without two registers that rust-minidump forgets to clear after STACK WIN. */
function withoutX86Facts(text: string): string {
  return text
    .replace(/^Crash address: (0x\w+) \*\*\n.*\n/m, 'Crash address: $1\n')
    .replace(
      /^(Crashing instruction|No memory accessed|Memory accessed|No instruction pointer|Instruction pointer)[\s\S]*?(?=^Process uptime)/m,
      '',
    )
    .replace(/ {4}(esi|edi) = 0x\w{8}/g, '')
    .replace(/^ +\n/gm, '')
}
