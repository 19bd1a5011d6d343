/** Mac programs, linked here by LLVM's linker: what our symbol files say is what LLVM says, and a crash in one becomes a report with names and lines. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { bytesSource, type ModuleSymbols, openBreakpadSymbols } from '@crashkeep/symbols'
import { nodeDemangler } from '@crashkeep/symbols/node'
import { beforeAll, describe, expect, test } from 'vitest'
import { crashkeep } from '../../packages/cli/testing/command.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { has, symbolize } from '../harness/symbolizer.ts'
import { until } from '../harness/until.ts'

const processingTimeoutMs = 60_000
const fixtures = join(root, '../shared/fixtures/debug-files/symbolic/macos')
const linker = ['ld64.lld', 'ld64.lld-14'].find((name) => has(name))
const hasTools = linker !== undefined && has('clang++') && has('dsymutil') && has('llvm-symbolizer')
const undo = undoAfterAll()
let folder: string

beforeAll(() => {
  folder = temporaryFolder(undo, 'macho-dump')
})

/** A program with its dSYM beside it, in a folder of its own. */
function build(name: string, arch: string, flags: readonly string[]): string {
  const cwd = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-'))
  mkdirSync(cwd)
  const options = { cwd, stdio: 'pipe' } as const
  const common = [`--target=${arch}-apple-macos11`, '-stdlib=libc++', '-fno-exceptions', '-fno-rtti', '-funwind-tables', ...flags]
  execFileSync('clang++', [...common, '-c', join(root, 'test/programs/harbour.cc'), '-o', 'harbour.o'], options)
  const platform = ['-platform_version', 'macos', '11.0', '11.0', '-undefined', 'dynamic_lookup', '-e', '_main']
  execFileSync(linker ?? '', ['-arch', arch, ...platform, '-o', 'harbour', 'harbour.o'], options)
  execFileSync('dsymutil', ['harbour'], options)
  return join(cwd, 'harbour')
}

async function symbolsOf(...files: string[]): Promise<{ text: string; symbols: ModuleSymbols }> {
  const output = join(folder, `${Math.random()}.sym`)
  const ended = await crashkeep(['symbols', 'dump', ...files, '-o', output])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  const text = readFileSync(output, 'utf8')
  const symbols = openBreakpadSymbols(bytesSource(new TextEncoder().encode(text)))
  expect(symbols.badLines).toBe(0)
  return { text, symbols }
}

const builds = ['x86_64', 'arm64'].flatMap((arch) => [
  { name: `${arch} -O0`, arch, flags: ['-O0', '-g'] },
  { name: `${arch} -O2`, arch, flags: ['-O2', '-g', ...(arch === 'x86_64' ? ['-fomit-frame-pointer'] : [])] },
  { name: `${arch} -Os, DWARF 2`, arch, flags: ['-Os', '-gdwarf-2'] },
])

describe.skipIf(!hasTools).each(builds)('a program for $name (needs clang, lld, dsymutil)', ({ name, arch, flags }) => {
  let path: string
  let text: string
  let symbols: ModuleSymbols

  beforeAll(async () => {
    path = build(name, arch, flags)
    ;({ text, symbols } = await symbolsOf(path))
  })

  test('has the functions, files, lines and inlined calls that llvm-symbolizer tells', () => {
    const debug = `${path}.dSYM/Contents/Resources/DWARF/harbour`
    const functions = [...text.matchAll(/^FUNC (?:m )?([0-9a-f]+) ([0-9a-f]+) /gm)]
    const offsets = functions.flatMap(([, start = '', size = '']) => {
      const first = Number.parseInt(start, 16)
      return Array.from({ length: Math.ceil(Number.parseInt(size, 16) / 2) }, (_, index) => first + index * 2)
    })
    const theirs = symbolize(
      debug,
      offsets.map((offset) => 0x1_0000_0000 + offset),
    )
    const demangle = nodeDemangler()
    const differences: unknown[] = []
    for (const [index, offset] of offsets.entries()) {
      const expected = (theirs[index] ?? []).map((frame) => ({ ...frame, function: demangle(frame.function) }))
      const found = symbols.lookup(offset)
      const ours =
        found && [...found.inlines, found].map((frame) => ({ function: frame.function, file: frame.file ?? '', line: frame.line ?? 0 }))
      if (JSON.stringify(ours) !== JSON.stringify(expected)) differences.push({ offset, ours, expected })
    }
    expect(differences.slice(0, 3)).toEqual([])
    expect(functions.length).toBeGreaterThan(6)
    expect(offsets.length).toBeGreaterThan(200)
  })

  // Where all functions have the same rules, as without optimisation, LLVM's linker up to version 14 lists the first one only.
  if (arch === 'x86_64' && !flags.includes('-O0'))
    test('has rules for each function that are those of its object file behind the prologue', () => {
      const frames = objectFrames(join(path, '../harbour.o'))
      const places = new Map(functionsIn(path).map(([address, name]) => [name, address - 0x1_0000_0000]))
      const differences = frames.flatMap(({ name: called, size, rules }) => {
        const ours = rulesAt(symbols, (places.get(called) ?? 0) + size - 1)
        return JSON.stringify(ours) === JSON.stringify([...rules].sort()) ? [] : [{ called, ours, rules: [...rules] }]
      })
      expect(differences).toEqual([])
      expect(frames.length).toBeGreaterThan(6)
    })

  if (arch === 'arm64')
    test('has rules for leaves and for frames', () => {
      const ruleOf = (name: string) => symbols.cfiAt(placesOf(text).get(name) ?? 0)?.init
      expect(ruleOf('harbour::warehouse(long)')).toMatch(/^\.cfa: x29 16 \+ x29: \.cfa -16 \+ \^ \.ra: \.cfa -8 \+ \^/)
      expect(ruleOf('harbour::crane(long)')).toMatch(/^\.cfa: sp (\d+ \+ )?\.ra: x30$/)
    })
})

/** Functions by their names. */
function placesOf(text: string): Map<string, number> {
  const functions = text.matchAll(/^FUNC (?:m )?([0-9a-f]+) \S+ \S+ (.*)$/gm)
  return new Map(Array.from(functions, ([, start = '', name = '']) => [name, Number.parseInt(start, 16)]))
}

/** The rules in force at an address, in the order of their registers. */
function rulesAt(symbols: ModuleSymbols, offset: number): [string, string][] {
  const record = symbols.cfiAt(offset)
  const rules = new Map<string, string>()
  for (const text of record === undefined ? [] : [record.init, ...record.deltas.map((delta) => delta.rules)])
    for (const [, register = '', rule = ''] of text.matchAll(/(\S+): (.*?)(?= \S+: |$)/g)) rules.set(register, rule)
  return [...rules].sort()
}

function functionsIn(path: string): [address: number, name: string][] {
  const symbols = execFileSync('llvm-nm', [path])
    .toString()
    .matchAll(/^([0-9a-f]+) [Tt] (.*)$/gm)
  return Array.from(symbols, ([, address = '', name = '']) => [Number.parseInt(address, 16), name])
}

/** The last row of each function's frame description in an object file, in our words. */
function objectFrames(path: string): { name: string; size: number; rules: Map<string, string> }[] {
  const names = new Map(functionsIn(path))
  const text = execFileSync('llvm-dwarfdump', ['--eh-frame', path]).toString()
  return [...text.matchAll(/FDE .*pc=([0-9a-f]+)\.\.\.([0-9a-f]+)[\s\S]*?\n\n([\s\S]*?)\n\n/g)].map(
    ([, first = '', end = '', rows = '']) => {
      const start = Number.parseInt(first, 16)
      const last = rows.trim().split('\n').at(-1) ?? ''
      const [, register = '', offset = ''] = /CFA=(\w+)\+(\d+)/.exec(last) ?? []
      const rules = new Map([['.cfa', `$${register.toLowerCase()} ${offset} +`]])
      for (const [, saved = '', at = ''] of last.matchAll(/(\w+)=\[CFA(-\d+)\]/g))
        rules.set(saved === 'RIP' ? '.ra' : `$${saved.toLowerCase()}`, `.cfa ${at} + ^`)
      return { name: names.get(start) ?? '', size: Number.parseInt(end, 16) - start, rules }
    },
  )
}

describe.skipIf(!hasTools)('a Mac program for arm64 that died (needs clang, lld, dsymutil)', () => {
  let server: TestedServer
  let path: string

  beforeAll(async () => {
    path = build('died', 'arm64', ['-O2', '-g'])
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
  })

  test('has names, lines and inlined calls in its report once its build is uploaded, with the frames that its rules lead to', async () => {
    const { text, symbols } = await symbolsOf(path)
    const [, debugId = ''] = /^MODULE Mac arm64 (\S+)/.exec(text) ?? []
    // Where `twice`, inlined into `warehouse`, has called `crane`.
    const [, inside = ''] = /^FUNC (?:m )?([0-9a-f]+) \S+ \S+ harbour::warehouse/m.exec(text) ?? []
    const size = Number.parseInt(/^FUNC (?:m )?[0-9a-f]+ ([0-9a-f]+) \S+ harbour::warehouse/m.exec(text)?.[1] ?? '0', 16)
    const start = Number.parseInt(inside, 16)
    const inlined =
      Array.from({ length: size / 4 }, (_, index) => start + index * 4).find(
        (offset) => (symbols.lookup(offset)?.inlines.length ?? 0) >= 2,
      ) ?? 0
    expect(inlined).toBeGreaterThan(0)
    const crane = Number.parseInt(/^FUNC (?:m )?([0-9a-f]+) \S+ \S+ harbour::crane/m.exec(text)?.[1] ?? '0', 16)
    const base = 0x1_0400_0000n
    const sp = 0x1_6fdf_0000n
    const registers = { pc: base + BigInt(crane), sp, lr: base + BigInt(inlined) + 4n, fp: sp + 0x40n }
    const context = { cpu: 'arm64' as const, registers }
    const words = [...Array(8).fill(0n), 0n, base + 1n]
    const dump = synthDump({
      systemInfo: { os: 'Mac OS X', cpu: 'arm64' },
      modules: [
        {
          baseAddress: base,
          size: 0x10000,
          name: '/Applications/Harbour.app/Contents/MacOS/harbour',
          pdb: { guid: debugId.slice(0, 32), age: 0, fileName: 'harbour' },
        },
      ],
      threads: [{ id: 1, stack: stack(sp, words), context }],
      exception: { threadId: 1, code: 1, flags: 1, address: 0n, context },
    })
    writeFileSync(join(folder, 'died.dmp'), dump)
    const id = (await crashkeep(['send', server.ingestUrl, join(folder, 'died.dmp')])).stdout.trim()
    const before = await server.finishedReport(id, processingTimeoutMs)
    expect(before.signature).toMatch(/^harbour\+0x/)
    const ended = await crashkeep(['symbols', 'upload', join(path, '..'), '--server', server.url, '--token', server.token])
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('No report of default lacks symbols.') })
    expect(ended.stdout).toContain(`${path}: stored, harbour/${debugId}; 1 report is processed again`)
    const after = await until('the report to be processed again', processingTimeoutMs, async () => {
      const report = await server.finishedReport(id, processingTimeoutMs)
      return report.signature === before.signature ? undefined : report
    })
    expect(after.signature).toContain('harbour::crane')
    const { text: processed } = await server.ask(`/api/v1/reports/${id}`)
    const frames = [...processed.matchAll(/"function":"([^"]*)"/g)].map(([, name]) => name)
    // Calls that were inlined stand within the frame of the function.
    expect(frames.slice(0, 4)).toEqual(['harbour::crane(long)', 'harbour::warehouse(long)', 'harbour::lift(long)', 'harbour::twice(long)'])
  })
})

describe.skipIf(!existsSync(fixtures))('the fixture (needs ../shared fixtures)', () => {
  test("and its dSYM give the functions, publics, lines and inlined calls of Mozilla's dump_syms", async () => {
    const expected = readFileSync(join(fixtures, 'crash.inlines.sym'), 'utf8')
    const theirs = openBreakpadSymbols(bytesSource(readFileSync(join(fixtures, 'crash.inlines.sym'))))
    const { text, symbols } = await symbolsOf(join(fixtures, 'crash'), join(fixtures, 'crash.dSYM'))
    const records = (of: string, kind: string) => [...of.matchAll(new RegExp(`^${kind} .*$`, 'gm'))].map(([record]) => record)
    for (const kind of ['MODULE', 'INFO CODE_ID', 'PUBLIC', 'FUNC']) expect(records(text, kind)).toEqual(records(expected, kind))
    let compared = 0
    for (const [, start = '', size = ''] of expected.matchAll(/^FUNC (?:m )?([0-9a-f]+) ([0-9a-f]+)/gm)) {
      for (let offset = 0; offset < Number.parseInt(size, 16); offset += 3) {
        const [ours, other] = [symbols.lookup(Number.parseInt(start, 16) + offset), theirs.lookup(Number.parseInt(start, 16) + offset)]
        const told = (frames: typeof ours) =>
          frames && [...frames.inlines, frames].map((frame) => `${frame.function} ${frame.file}:${frame.line}`)
        expect([start, offset, told(ours)]).toEqual([start, offset, told(other)])
        compared++
      }
    }
    expect(compared).toBeGreaterThan(10_000)
  })

  test("has the rules for unwinding that Breakpad's dump_syms took from __eh_frame, and more from the compact ones", async () => {
    const { text, symbols } = await symbolsOf(join(fixtures, 'crash'))
    const expected = readFileSync(join(fixtures, 'crash.sym'), 'utf8')
    const breakpad = openBreakpadSymbols(bytesSource(new TextEncoder().encode(expected)))
    const records = (of: string) =>
      [...of.matchAll(/^STACK CFI INIT ([0-9a-f]+) ([0-9a-f]+)/gm)].map(([, ...numbers]) =>
        numbers.map((number) => Number.parseInt(number, 16)),
      )
    for (const [start = 0, size = 0] of records(expected))
      for (const offset of [start, start + size - 1])
        expect([offset, rulesAt(symbols, offset)]).toEqual([offset, rulesAt(breakpad, offset)])
    expect(records(expected).length).toBeGreaterThan(90)
    expect(records(text).length).toBeGreaterThan(170)
  })
})
