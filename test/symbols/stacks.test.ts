/** Programs of real compilers die: their stacks, walked with our symbol files, are those of gdb, with every function, line and inlined call. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readMinidump } from '@crashkeep/minidump'
import { type ProcessedFrame, processMinidump } from '@crashkeep/stackwalk'
import { bytesSource, type ModuleSymbols, openBreakpadSymbols, type SymbolSupplier } from '@crashkeep/symbols'
import { dumpSymbolFile, nodeDemangler } from '@crashkeep/symbols/node'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { crashpadHandler } from '../harness/crashpad.ts'
import { type GdbFrame, gdbStack } from '../harness/gdb-stack.ts'
import { compile, run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'
import { has, symbolize } from '../harness/symbolizer.ts'

const sources = join(root, 'test/programs')
const deathTimeoutMs = 60_000
/** What the program exits with when its handler said that all went well. */
const diedAsWished = 70

interface Build {
  readonly name: string
  readonly compiler: 'g++' | 'clang++' | 'rustc'
  readonly flags: readonly string[]
  /** Arguments of the program: with one it dies in a signal handler. */
  readonly args?: readonly string[]
}

const builds: readonly Build[] = [
  { name: 'g++ -O0', compiler: 'g++', flags: ['-O0', '-g'] },
  {
    name: 'g++ -O2 without frame pointers, in a signal handler',
    compiler: 'g++',
    flags: ['-O2', '-g', '-fomit-frame-pointer'],
    args: ['x'],
  },
  { name: 'g++ -O2, optimised when linked', compiler: 'g++', flags: ['-O2', '-g', '-flto', '-fomit-frame-pointer'] },
  { name: 'clang++ -O0', compiler: 'clang++', flags: ['-O0', '-g'] },
  { name: 'clang++ -O2, in a signal handler', compiler: 'clang++', flags: ['-O2', '-g', '-fomit-frame-pointer'], args: ['x'] },
  { name: 'rustc, debug', compiler: 'rustc', flags: ['-g'] },
  { name: 'rustc, release', compiler: 'rustc', flags: ['-g', '-O'] },
]

const undo = undoAfterAll()
const demangle = nodeDemangler()
let folder: string
let preloaded: string
/** By path; libraries are dumped once. */
const opened = new Map<string, ModuleSymbols>()

const canRun =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  existsSync(crashpadHandler) &&
  has('gdb') &&
  has('g++') &&
  has('llvm-symbolizer')

beforeAll(async () => {
  if (!canRun) return
  folder = temporaryFolder(undo, 'stacks')
  preloaded = await compile('under-crashpad.c', join(folder, 'under-crashpad.so'), ['-shared', '-fPIC'])
})

async function build({ compiler, flags }: Build, cwd: string): Promise<string> {
  const program = join(cwd, 'program')
  await run(compiler, [...flags, join(sources, compiler === 'rustc' ? 'cliff.rs' : 'cliff.cc'), '-o', program], { cwd })
  return program
}

/** The dump of the program's death, by the real Crashpad. */
function deathOf(program: string, args: readonly string[], cwd: string): Uint8Array {
  const database = join(cwd, 'database')
  mkdirSync(database)
  const env = { PATH: process.env.PATH, LD_PRELOAD: preloaded, CRASHPAD_HANDLER: crashpadHandler, CRASHPAD_DATABASE: database }
  const ended = spawnSync(program, args, { cwd, env, timeout: deathTimeoutMs })
  expect(ended.status, ended.stderr.toString()).toBe(diedAsWished)
  const [dump = ''] = readdirSync(join(database, 'pending')).filter((name) => name.endsWith('.dmp'))
  return readFileSync(join(database, 'pending', dump))
}

function symbolsOf(path: string): ModuleSymbols {
  const chunks: Uint8Array[] = []
  dumpSymbolFile(path, (chunk) => chunks.push(chunk), { demangle, debugFolders: [] })
  return openBreakpadSymbols(bytesSource(new Uint8Array(Buffer.concat(chunks))))
}

interface Line {
  readonly function: string | null
  readonly place: string
  /** Where the frame's own instruction is; inlined calls have that of the frame around them. */
  readonly at: string
}

/** What gcc gives no linkage name (inlined templates over lambdas) gdb puts into its scopes, and we, like LLVM, do not. */
function scopeless(name: string): string {
  return name.includes('::<lambda') ? name.replace(/^std::_Function_handler<.*>::/, '').replace(/^std::/, '') : name
}

/** Libraries as the dynamic linker finds them; a dump knows their names only. */
function librariesOf(program: string): Map<string, string> {
  const printed = execFileSync('ldd', [program]).toString()
  const paths = [...printed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']): [string, string] => [basename(path), path])
  return new Map([...paths, ['program', program]])
}

/** Frames and inlined calls, innermost first; of other modules' frames only where they are. */
function ourLines(frames: readonly ProcessedFrame[]): Line[] {
  return frames.flatMap((frame, index) => {
    // Callers have the address before the one that they return to.
    const at = `${frame.module}+${(Number(frame.module_offset) + (index === 0 ? 0 : 1)).toString(16)}`
    if (frame.module !== 'program') return [{ function: null, place: '', at }]
    return [...(frame.inlines ?? []), frame].map(({ function: name, file, line }) => ({
      function: name === null ? null : scopeless(name),
      place: file === null ? '' : `${basename(file)}:${line}`,
      at,
    }))
  })
}

function gdbLines(frames: readonly GdbFrame[]): Line[] {
  return frames.flatMap(({ function: name, file, line, inlined, module, offset }) => {
    const at = `${module}+${offset}`
    // The C library's own debug information may be installed, or not.
    if (module !== 'program') return inlined ? [] : [{ function: null, place: '', at }]
    return [{ function: name === null ? null : scopeless(demangle(name)), place: file === null ? '' : `${basename(file)}:${line}`, at }]
  })
}

/** Where several rows of a line table are at the crash, gdb shows the one of a statement; we show the last, as LLVM does. */
function withStatements(lines: Line[], program: string): Line[] {
  const [first] = lines
  const address = first?.at.replace('program+', '0x')
  if (address === undefined) return lines
  const [innermost] = symbolize(program, [Number(address)])[0] ?? []
  return lines.map((each) => (each === first && innermost ? { ...each, place: `${basename(innermost.file)}:${innermost.line}` } : each))
}

describe.skipIf(!canRun).each(builds.filter(({ compiler }) => has(compiler)))(
  "$name (needs gdb, g++, llvm-symbolizer, Chromium's Crashpad)",
  (wanted) => {
    test('the stack is that of gdb', async () => {
      const cwd = mkdtempSync(join(folder, 'program-'))
      const program = await build(wanted, cwd)
      const args = wanted.args ?? []
      const minidump = readMinidump(bytesSource(deathOf(program, args, cwd)))
      const theirs = await gdbStack(program, args, cwd)

      const libraries = librariesOf(program)
      const symbols: SymbolSupplier = {
        find({ codeFile = '' }) {
          const path = libraries.get(basename(codeFile))
          if (path === undefined) return { state: 'missing', looked: [] }
          const known = opened.get(path) ?? symbolsOf(path)
          opened.set(path, known)
          return { state: 'loaded', symbols: known, from: path }
        },
      }
      const crash = processMinidump(minidump, { symbols })
      const frames = crash.crashing_thread?.frames ?? []
      expect(ourLines(frames)).toEqual(withStatements(gdbLines(theirs), program))
      expect(frames.length).toBeGreaterThan(10)
      expect(frames.slice(1).map(({ trust }) => trust)).toEqual(frames.slice(1).map(() => 'cfi'))
    })
  },
)
