/** Windows programs of real compilers: what our symbol files say about an address is what LLVM and binutils say. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readMinidump } from '@crashkeep/minidump'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { processMinidump } from '@crashkeep/stackwalk'
import { bytesSource, type ModuleSymbols, openBreakpadSymbols, type SymbolSupplier } from '@crashkeep/symbols'
import { type DumpOptions, dumpSymbols } from '@crashkeep/symbols/dump'
import { dumpSymbolFile, fileSource, nodeDemangler } from '@crashkeep/symbols/node'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { symbolsOf } from '../harness/compare-symbols.ts'
import { root } from '../harness/server.ts'
import { has, type SymbolizedFrame, symbolize, type UnwindRow, unwindRows, withoutCopySuffix } from '../harness/symbolizer.ts'

const sources = join(root, 'test/programs')
const maxOutputBytes = 64 * 1024 * 1024
/** Of MinGW programs, most of which is their library; the small ones are asked for every byte. */
const mingwStep = 37
const maxCoarse = 0.06
const undo = undoAfterAll()
let folder: string

beforeAll(() => {
  folder = temporaryFolder(undo, 'pe-dump')
})

function dump(path: string): ModuleSymbols {
  const options: DumpOptions = {
    fileName: basename(path),
    demangle: nodeDemangler(),
    companions(wanted) {
      const names = wanted.kind === 'pe' ? [`${wanted.name}.exe`] : wanted.kind === 'pdb' ? [wanted.name] : []
      const found = names.map((name) => join(dirname(path), name)).find(existsSync)
      return found === undefined ? undefined : fileSource(found)
    },
  }
  const chunks: Uint8Array[] = []
  const source = fileSource(path)
  const { problems } = dumpSymbols(source, (chunk) => chunks.push(chunk), options)
  source.close()
  expect(problems).toEqual([])
  const symbols = openBreakpadSymbols(bytesSource(new Uint8Array(Buffer.concat(chunks))))
  expect(symbols.badLines).toBe(0)
  return symbols
}

interface Headers {
  readonly base: number
  /** Pairs of start and size of `.text`. */
  readonly text: readonly [number, number]
}

function headersOf(path: string): Headers {
  const printed = execFileSync('llvm-readobj', ['--file-headers', '--sections', path]).toString()
  const [, base = ''] = /ImageBase: (0x[0-9A-F]+)/.exec(printed) ?? []
  const [, size = '', start = ''] =
    /Name: \.text [\s\S]*?VirtualSize: (0x[0-9A-F]+)[\s\S]*?VirtualAddress: (0x[0-9A-F]+)/.exec(printed) ?? []
  return { base: Number(base), text: [Number(start), Number(size)] }
}

/** Names without arguments and scopes' ways of writing them: LLVM has both forms of Microsoft's names, and none of C's decorations. */
function plainName(name: string): string {
  const written = name.replaceAll("`anonymous namespace'", '(anonymous namespace)').replaceAll(' ', '')
  // Microsoft's debug information calls the destructor that also frees by the destructor's name.
  return written
    .replace(/(?<!^|::)\(.*$/, '')
    .replace(/^_+(?=\w+$)/, '')
    .replace(/(\w+)::`scalardeleting\w+'$/, '$1::~$1')
}

function framesAt(symbols: ModuleSymbols, offset: number): SymbolizedFrame[] {
  const found = symbols.lookup(offset)
  if (found === undefined) return []
  return [...found.inlines, found].map(({ function: name, file = '', line = 0 }) => ({ function: name, file, line }))
}

const targets = ['x86_64', 'i686', 'aarch64'].flatMap((cpu) => ['-O0', '-O2'].map((level) => ({ cpu, level })))
const hasClang = has('clang++') && has('lld-link') && has('llvm-symbolizer')

describe.skipIf(!hasClang)('clang for Windows (needs clang, lld, llvm-symbolizer)', () => {
  describe.each(targets)('$cpu $level', ({ cpu, level }) => {
    let program: string
    let twin: string
    let headers: Headers
    let symbols: ModuleSymbols
    const demangle = nodeDemangler()

    beforeAll(() => {
      program = join(folder, `pier-${cpu}${level}.exe`)
      // The same code with DWARF, because llvm-symbolizer 14 counts the lines of calls inlined in PDBs wrongly.
      twin = program.replace('.exe', '-dwarf.exe')
      build(program, ['-g', '-gcodeview'], '/debug')
      build(twin, ['-gdwarf-4'], '/debug:dwarf')
      headers = headersOf(program)
      symbols = dump(program)
    })

    function build(path: string, debug: readonly string[], linked: string): void {
      const object = path.replace('.exe', '.obj')
      const flags = [
        level,
        '-fno-exceptions',
        '-funwind-tables',
        '-fno-rtti',
        '-ffreestanding',
        '-c',
        join(sources, 'pier.cc'),
        '-o',
        object,
      ]
      execFileSync('clang++', [`--target=${cpu}-pc-windows-msvc`, ...debug, ...flags])
      const link = [linked, '/entry:entry', '/subsystem:console', '/nodefaultlib', '/safeseh:no', `/out:${path}`, object]
      execFileSync('lld-link', link, { stdio: 'pipe' })
    }

    test.each(['PDB', 'DWARF'])('functions, lines and inlined calls of the %s are those of llvm-symbolizer, at every byte', (kind) => {
      const [start, size] = headers.text
      const asked = kind === 'PDB' ? symbols : dump(twin)
      const offsets = Array.from({ length: size }, (_, index) => start + index)
      const theirs = symbolize(
        twin,
        offsets.map((offset) => headers.base + offset),
      )
      const differences: unknown[] = []
      let compared = 0
      for (const [index, offset] of offsets.entries()) {
        const expected = theirs[index] ?? []
        const ours = framesAt(asked, offset)
        // Padding behind a function: LLVM tells the nearest line.
        if (expected.length === 0 || ours.length === 0 || ours[0]?.line === 0 || expected[0]?.line === 0 || expected[0]?.function === '')
          continue
        compared++
        const plain = (frames: SymbolizedFrame[]): string[] =>
          frames.map(({ function: name, file, line }) => `${plainName(name)} ${basename(file)}:${line}`)
        const [left, right] = [plain(ours), plain(expected.map((frame) => ({ ...frame, function: demangle(frame.function) })))]
        if (JSON.stringify(left) !== JSON.stringify(right)) differences.push({ offset: offset.toString(16), ours: left, expected: right })
      }
      // What clang writes into a PDB of optimised code is coarser at the borders of lines and inlined calls.
      const tolerated = kind === 'PDB' && level === '-O2' ? compared * maxCoarse : 0
      expect(differences.length > tolerated ? differences.slice(0, 3) : []).toEqual([])
      expect(compared).toBeGreaterThan(size / 2)
    })

    test('the PE alone and the PDB alone name the same module', () => {
      const pdb = dump(program.replace('.exe', '.pdb'))
      expect(pdb.module).toEqual(symbols.module)
      expect(pdb.info.codeId).toBe(symbols.info.codeId)
      expect(pdb.lookup(headers.text[0])).toEqual(symbols.lookup(headers.text[0]))
    })

    if (cpu === 'x86_64')
      test('a stack overflow, which happens inside of a prologue, is walked on by the rules for it', () => {
        const starts = new Map<string, number>()
        for (let offset = headers.text[0]; offset < headers.text[0] + headers.text[1]; offset++) {
          const found = symbols.lookup(offset)
          if (found !== undefined) starts.set(found.function.replace(/\(.*/, ''), found.functionOffset)
        }
        const [base, rsp] = [0x1_4000_0000n, 0x7000_0000n]
        const at = (name: string, distance: number): bigint => base + BigInt((starts.get(name) ?? 0) + distance)
        // `big` asks for its stack: five bytes of mov, five of call; only then the stack pointer moves.
        const words = [at('big', 10), at('entry', 60), ...new Array<bigint>(40).fill(0n)]
        const context = { registers: { rip: at('__chkstk', 0), rsp, rbp: 0n } }
        const dump = synthDump({
          systemInfo: { osRaw: 2 },
          modules: [{ baseAddress: base, size: 0x10000, name: 'C:\\pier.exe' }],
          threads: [{ id: 1, context, stack: stack(rsp, words) }],
          exception: { threadId: 1, code: 0xc000_00fd, context },
        })
        const supplier: SymbolSupplier = { find: () => ({ state: 'loaded', symbols, from: 'here' }) }
        const crash = processMinidump(readMinidump(bytesSource(dump)), { symbols: supplier })
        const frames = crash.threads[0]?.frames.map(({ trust, function: name }) => `${trust} ${name?.replace(/\(.*/, '')}`)
        // A function without an entry in the table has no rules; its return address is the first word.
        expect(frames?.slice(0, 3)).toEqual(['context __chkstk', 'scan big', 'cfi entry'])
      })

    if (cpu !== 'i686')
      test('every function of the unwind table has rules that end at the caller', () => {
        const printed = execFileSync('llvm-readobj', ['--unwind', program]).toString()
        const starts = [...printed.matchAll(/(?:StartAddress|Function): .*?\(?(0x[0-9A-F]+)\)?$/gm)].map(
          ([, address]) => Number(address) - headers.base,
        )
        expect(starts.length).toBeGreaterThan(3)
        for (const start of starts) {
          const rules = rulesAt(symbols, start)
          expect(rules.get('.cfa')).toBe(cpu === 'x86_64' ? '$rsp 8 +' : 'sp 0 +')
          expect(rules.get('.ra')).toBe(cpu === 'x86_64' ? '.cfa 8 - ^' : 'x30')
        }
      })
  })
})

/** All rules that hold at an offset. */
function rulesAt(symbols: ModuleSymbols, offset: number): Map<string, string> {
  const record = symbols.cfiAt(offset)
  const rules = new Map<string, string>()
  for (const text of record === undefined ? [] : [record.init, ...record.deltas.map((delta) => delta.rules)]) {
    for (const [, name = '', rule = ''] of text.matchAll(/(\S+): (.*?)(?= \S+: |$)/g)) rules.set(name, rule)
  }
  return rules
}

const mingw = ['x86_64', 'i686'].filter((cpu) => has(`${cpu}-w64-mingw32-g++`))

describe.each(mingw.flatMap((cpu) => ['-O0', '-O2'].map((level) => ({ cpu, level }))))(
  'MinGW $cpu $level (needs mingw-w64)',
  ({ cpu, level }) => {
    let program: string
    let headers: Headers
    let symbols: ModuleSymbols

    beforeAll(() => {
      program = join(folder, `shelf-${cpu}${level}.exe`)
      const files = [join(sources, 'shelf.cc'), '-x', 'c', join(sources, 'shelf-part.c')]
      execFileSync(`${cpu}-w64-mingw32-g++`, ['-g', level, '-static', ...files, '-o', program], { stdio: 'pipe' })
      headers = headersOf(program)
      symbols = dump(program)
    })

    test.skipIf(!has('llvm-symbolizer'))('functions, lines and inlined calls are those of llvm-symbolizer (needs llvm-symbolizer)', () => {
      const [start, size] = headers.text
      const offsets = Array.from({ length: Math.ceil(size / mingwStep) }, (_, index) => start + index * mingwStep)
      const theirs = symbolize(
        program,
        offsets.map((offset) => headers.base + offset),
      )
      const differences: unknown[] = []
      let compared = 0
      for (const [index, offset] of offsets.entries()) {
        const expected = theirs[index] ?? []
        const ours = framesAt(symbols, offset)
        // Padding between functions: LLVM has a line, and the name of the symbol before it.
        if (expected.length === 0 || expected[0]?.function === '' || ours.length === 0) continue
        compared++
        const plain = (frames: SymbolizedFrame[]): string[] =>
          frames.map(({ file, line }) => (line === 0 ? '' : `${basename(file)}:${line}`))
        if (JSON.stringify(plain(ours)) !== JSON.stringify(plain(expected)))
          differences.push({ offset: offset.toString(16), ours, expected })
      }
      expect(differences.slice(0, 3)).toEqual([])
      expect(compared).toBeGreaterThan(100)
    })

    test('stripped, it says the same with the file that its link names', () => {
      const tool = (name: string, ...args: string[]) => execFileSync(`${cpu}-w64-mingw32-${name}`, args, { cwd: shipped, stdio: 'pipe' })
      const shipped = join(folder, `shipped-${cpu}${level}`)
      mkdirSync(shipped)
      const path = join(shipped, basename(program))
      tool('objcopy', '--only-keep-debug', program, 'apart.debug')
      tool('strip', '-o', path, program)
      tool('objcopy', '--add-gnu-debuglink=apart.debug', path)
      const records = (file: string) => {
        const chunks: Uint8Array[] = []
        expect(dumpSymbolFile(file, (chunk) => chunks.push(chunk)).problems).toEqual([])
        // The code id has the size in memory, which is smaller now.
        return Buffer.concat(chunks)
          .toString()
          .replace(/^INFO CODE_ID .*\n/m, '')
      }
      expect(records(path)).toBe(records(program))
      expect(records(path)).toContain('shelf.cc')
    })

    test('rules of the unwind table are those of the DWARF beside it', () => {
      const printed = execFileSync('objdump', ['--dwarf=frames-interp', program], { maxBuffer: maxOutputBytes, stdio: 'pipe' }).toString()
      const rows = unwindRows(program, printed)
      const differences = (cpu === 'x86_64' ? inPrologues(rows, symbols, headers.base) : rows).flatMap((row) =>
        differencesOf(row, symbols, headers.base),
      )
      expect(differences.slice(0, 5)).toEqual([])
      expect(rows.length).toBeGreaterThan(50)
    })
  },
)

/** The table of x64 says nothing of epilogues: rows up to the end of each prologue. */
function inPrologues(rows: UnwindRow[], symbols: ModuleSymbols, base: number): UnwindRow[] {
  const last = new Map<number, number>()
  return rows.filter(({ address }, index) => {
    // Of several rows of one address the last holds.
    if (rows[index + 1]?.address === address) return false
    const record = symbols.cfiAt(address - base)
    if (record === undefined) return true
    // Only what is behind an address is told with it, so the last change of a function is known at its end.
    if (!last.has(record.startOffset)) {
      const atEnd = symbols.cfiAt(record.startOffset + record.size - 1)
      last.set(record.startOffset, atEnd?.deltas.at(-1)?.offset ?? record.startOffset)
    }
    return address - base <= (last.get(record.startOffset) ?? 0)
  })
}

/** Our rules at the address of a row, in the words of objdump. */
function differencesOf({ address, rules }: UnwindRow, symbols: ModuleSymbols, base: number): string[] {
  const ours = rulesAt(symbols, address - base)
  return [...rules].flatMap(([column, expected]) => {
    // Vector registers are not walked.
    if (column.startsWith('xmm')) return []
    const name = column === 'CFA' ? '.cfa' : column === 'ra' ? '.ra' : `$${column}`
    const rule = ours.get(name)
    const said = rule
      ?.replace(/^\$(\w+) (-?\d+) \+$/, '$1+$2')
      .replace(/^\.cfa (-?\d+) \+ \^$/, 'c+$1')
      .replace(/^\.cfa (-?\d+) - \^$/, 'c-$1')
      .replace('+-', '-')
    const unchanged = (expected === 'u' || expected === 's') && (rule === undefined || rule === name)
    return said === expected || unchanged || expected.endsWith('exp') ? [] : [`${address.toString(16)} ${column}: ${expected}, not ${said}`]
  })
}

test.skipIf(mingw.length === 0)('MinGW, optimised when linked: functions have the names of the symbol table (needs mingw-w64)', () => {
  const [cpu = ''] = mingw
  const program = join(folder, 'linked.exe')
  const files = [join(sources, 'shelf.cc'), '-x', 'c', join(sources, 'shelf-part.c')]
  execFileSync(`${cpu}-w64-mingw32-g++`, ['-g', '-O2', '-flto', ...files, '-o', program], { stdio: 'pipe' })
  const { base } = headersOf(program)
  const named = execFileSync(`${cpu}-w64-mingw32-nm`, [program])
    .toString()
    .matchAll(/^([0-9a-f]+) [tT] (\S+)$/gm)
  const symbols = symbolsOf(program)
  const byOffset = Map.groupBy(named, ([, address = '']) => Number.parseInt(address, 16) - base)
  const wrong = [...byOffset].flatMap(([offset, names]) => {
    const found = symbols.lookup(offset)
    if (found?.functionOffset !== offset) return []
    const known = names.map(([, , name = '']) => withoutCopySuffix(cpu === 'i686' ? name.replace(/^_/, '') : name))
    return known.includes(withoutCopySuffix(found.function)) ? [] : [[found.function, known]]
  })
  expect(wrong).toEqual([])
  expect(byOffset.size).toBeGreaterThan(100)
})
