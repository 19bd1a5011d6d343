/** Programs for other processors: what our symbol files say about every address is what LLVM and binutils say. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { ModuleSymbols } from '@crashkeep/symbols'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { compareLookups, frameDifferences, symbolsOf } from '../harness/compare-symbols.ts'
import { root } from '../harness/server.ts'
import { baseAddress, codeSections, has, type UnwindRow, unwindRows } from '../harness/symbolizer.ts'

interface Target {
  readonly cpu: string
  readonly triple: string
  readonly flags?: readonly string[]
  /** From readelf's names of registers to ours. */
  readonly registers: (name: string) => string
}

const targets: readonly Target[] = [
  { cpu: 'arm', triple: 'armv7a-linux-gnueabihf', flags: ['-marm'], registers: armRegister },
  { cpu: 'Thumb', triple: 'armv7a-linux-gnueabihf', flags: ['-mthumb'], registers: armRegister },
  { cpu: 'arm64', triple: 'aarch64-linux-gnu', registers: (name) => name },
  { cpu: 'riscv64', triple: 'riscv64-linux-gnu', registers: (name) => name },
  { cpu: 'x86', triple: 'i686-linux-gnu', registers: (name) => `$${name}` },
]
const levels: readonly (readonly string[])[] = [['-O0'], ['-O2', '-fomit-frame-pointer'], ['-O2', '-flto', '-gdwarf-5']]
const builds = targets.flatMap((target) =>
  levels.map((flags) => ({ ...target, level: flags.join(' '), flags: [...(target.flags ?? []), ...flags] })),
)

const undo = undoAfterAll()
let folder: string

function armRegister(name: string): string {
  return name === 'r13' ? 'sp' : name === 'r14' ? 'lr' : name === 'r15' ? 'pc' : name
}

/** Without any library, so that no other system's has to be installed. */
function build({ cpu, triple, level, flags }: (typeof builds)[number]): string {
  const path = join(folder, `${cpu}${level.replaceAll(' ', '')}`)
  const alone = ['-ffreestanding', '-nostdlib', '-fno-exceptions', '-fno-rtti', '-funwind-tables']
  // Division and unwinding on ARM call functions that only libraries have.
  // Labels inside functions, which RISC-V needs until it is linked, llvm-symbolizer takes for functions.
  const linked = ['-fuse-ld=lld', '-Wl,-e,entry', '-Wl,--discard-locals', '-Wl,--unresolved-symbols=ignore-all']
  execFileSync('clang++', [`--target=${triple}`, '-g', ...flags, ...alone, ...linked, join(root, 'test/programs/pier.cc'), '-o', path])
  return path
}

describe.skipIf(!has('clang++') || !has('ld.lld') || !has('llvm-symbolizer')).each(builds)(
  'clang for $cpu $level (needs clang, lld, llvm-symbolizer)',
  (wanted) => {
    let path: string
    let symbols: ModuleSymbols

    beforeAll(() => {
      folder ??= temporaryFolder(undo, 'cross-dump')
      path = build(wanted)
      symbols = symbolsOf(path)
    })

    test('functions, lines and inlined calls are those of llvm-symbolizer, at every instruction', () => {
      const addresses = codeSections(path).flatMap(([start, size]) => Array.from({ length: size / 2 }, (_, index) => start + index * 2))
      const { compared, differences } = compareLookups(symbols, path, path, addresses)
      expect(differences.slice(0, 3)).toEqual([])
      expect(compared).toBeGreaterThan(addresses.length / 2)
    })

    test('frames are those of readelf', () => {
      const rows = unwindRows(path)
      expect(rows.flatMap((row) => frameDifferences(row, symbols, baseAddress(path), wanted.registers)).slice(0, 5)).toEqual([])
      expect(rows.length).toBeGreaterThan(5)
    })

    if (wanted.triple.startsWith('arm'))
      test('without debug information, the rules of functions are those of the table for exceptions', () => {
        const stripped = `${path}-stripped`
        execFileSync('llvm-objcopy', ['--strip-debug', path, stripped])
        const exceptions = symbolsOf(stripped)
        let compared = 0
        for (const { address, rules } of fullestRows(unwindRows(path))) {
          const record = exceptions.cfiAt(address - baseAddress(path))
          if (record === undefined) continue
          const ours = rulesOf(record.init)
          for (const [column, expected] of rules) {
            if (!expected.startsWith('c')) continue
            const name = column === 'ra' ? '.ra' : wanted.registers(column)
            const at = Number(/^\.cfa (-?\d+) \+ \^$/.exec(ours.get(name) ?? '')?.[1])
            if (/^r(?:2[5-9]\d)$/.test(column)) continue
            expect([address.toString(16), name, at]).toEqual([address.toString(16), name, Number(expected.slice(1))])
            compared++
          }
          // One may count from the frame pointer where the other counts from the stack pointer.
          const [register = '', offset] = rules.get('CFA')?.split('+') ?? []
          const [base, distance] = ours.get('.cfa')?.split(' ') ?? []
          if (base === wanted.registers(register)) expect([address.toString(16), distance]).toEqual([address.toString(16), offset])
        }
        expect(compared).toBeGreaterThan(10)
      })
  },
)

/** Of each function, where most is saved: its body. */
function fullestRows(rows: readonly UnwindRow[]): UnwindRow[] {
  const saved = ({ rules }: UnwindRow) => [...rules.values()].filter((rule) => rule.startsWith('c')).length
  return rows.filter((row, index) => {
    const [before, after] = [rows[index - 1], rows[index + 1]]
    return saved(row) > 0 && (before === undefined || saved(before) <= saved(row)) && (after === undefined || saved(after) < saved(row))
  })
}

function rulesOf(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(/(\S+): (.*?)(?= \S+: |$)/g), ([, name = '', rule = '']) => [name, rule]))
}
