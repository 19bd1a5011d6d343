/** Programs of real compilers: what our symbol files say about an address is what LLVM and binutils say. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ModuleSymbols } from '@crashkeep/symbols'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { compareLookups, frameDifferences, symbolsOf } from '../harness/compare-symbols.ts'
import { root } from '../harness/server.ts'
import { baseAddress, codeSections, has, unwindRows } from '../harness/symbolizer.ts'

const sources = join(root, 'test/programs')
/** Of each program; enough that each function is asked for several times. */
const addressesPerProgram = 4000

interface Build {
  readonly name: string
  readonly compiler: 'g++' | 'clang++' | 'rustc'
  readonly flags: readonly string[]
  /** Run in the folder of the program, which is called `program`. */
  readonly afterwards?: readonly (readonly string[])[]
}

const builds: readonly Build[] = [
  ...(['g++', 'clang++'] as const).flatMap((compiler) => [
    { name: `${compiler} -O0, DWARF 2`, compiler, flags: ['-O0', '-gdwarf-2'] },
    { name: `${compiler} -O2, DWARF 3`, compiler, flags: ['-O2', '-gdwarf-3'] },
    { name: `${compiler} -O2, DWARF 4, zlib`, compiler, flags: ['-O2', '-gdwarf-4', '-gz=zlib'] },
    { name: `${compiler} -O2, DWARF 5`, compiler, flags: ['-O2', '-gdwarf-5'] },
    { name: `${compiler}, split units of DWARF 4`, compiler, flags: ['-O2', '-gdwarf-4', '-gsplit-dwarf'] },
    { name: `${compiler}, split units of DWARF 5`, compiler, flags: ['-O2', '-gdwarf-5', '-gsplit-dwarf'] },
    {
      name: `${compiler}, split units beside units of types`,
      compiler,
      flags: ['-O2', '-gdwarf-5', '-gsplit-dwarf', '-fdebug-types-section'],
    },
    { name: `${compiler}, sections of which some are removed`, compiler, flags: ['-O2', '-g', '-ffunction-sections', '-Wl,--gc-sections'] },
  ]),
  { name: 'g++, optimised when linked', compiler: 'g++', flags: ['-O2', '-g', '-flto'] },
  {
    name: 'g++, a separate debug file',
    compiler: 'g++',
    flags: ['-O2', '-g'],
    afterwards: [
      ['objcopy', '--only-keep-debug', 'program', 'program.debug'],
      ['objcopy', '--strip-debug', '--add-gnu-debuglink=program.debug', 'program'],
    ],
  },
  { name: 'g++, made smaller by dwz', compiler: 'g++', flags: ['-O2', '-gdwarf-4'], afterwards: [['dwz', 'program']] },
  {
    name: 'clang++, split units in a package',
    compiler: 'clang++',
    flags: ['-O2', '-gdwarf-5', '-gsplit-dwarf'],
    // Only the package is left: beside it, the units' own files would do.
    afterwards: [
      ['llvm-dwp', '-e', 'program', '-o', 'program.dwp'],
      ['find', '.', '-name', '*.dwo', '-delete'],
    ],
  },
  { name: 'rustc, debug', compiler: 'rustc', flags: ['-g'] },
  { name: 'rustc, release', compiler: 'rustc', flags: ['-g', '-O'] },
]

const hasSymbolizer = has('llvm-symbolizer')
const undo = undoAfterAll()
let folder: string

beforeAll(() => {
  folder = temporaryFolder(undo, 'elf-dump')
})

interface Built {
  readonly path: string
  /** The same program for llvm-symbolizer: version 14 leaves out some inlined calls of split units, so it gets those as a whole. */
  readonly twin: string
}

/** Builds in a folder of its own, because split units lie beside the program. */
function build({ name, compiler, flags, afterwards = [] }: Build): Built {
  const cwd = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-'))
  mkdirSync(cwd)
  const files = compiler === 'rustc' ? [join(sources, 'shelf.rs')] : [join(sources, 'shelf.cc'), '-x', 'c', join(sources, 'shelf-part.c')]
  const options = { cwd, stdio: 'pipe' } as const
  execFileSync(compiler, [...flags, ...files, '-o', 'program'], options)
  for (const [program = '', ...args] of afterwards) execFileSync(program, args, options)
  const path = join(cwd, 'program')
  if (!flags.includes('-gsplit-dwarf')) return { path, twin: path }
  const whole = flags.filter((flag) => flag !== '-gsplit-dwarf')
  execFileSync(compiler, [...whole, ...files, '-o', 'twin'], options)
  return { path, twin: join(cwd, 'twin') }
}

function sampled(path: string): number[] {
  const sections = codeSections(path)
  const total = sections.reduce((sum, [, size]) => sum + size, 0)
  const step = Math.max(1, Math.floor(total / addressesPerProgram))
  return sections.flatMap(([start, size]) => Array.from({ length: Math.ceil(size / step) }, (_, index) => start + index * step))
}

describe.each(builds.filter(({ compiler, afterwards = [] }) => has(compiler) && afterwards.every(([program = '']) => has(program))))(
  '$name',
  (wanted) => {
    let path: string
    let twin: string
    let symbols: ModuleSymbols
    let base: number

    beforeAll(() => {
      ;({ path, twin } = build(wanted))
      symbols = symbolsOf(path)
      base = baseAddress(path)
    })

    test.skipIf(!hasSymbolizer)('functions, files, lines and inlined calls are those of llvm-symbolizer (needs llvm-symbolizer)', () => {
      const { compared, differences } = compareLookups(symbols, path, twin, sampled(path))
      expect(differences.slice(0, 3)).toEqual([])
      expect(compared).toBeGreaterThan(addressesPerProgram / 4)
    })

    test('frames are those of readelf', () => {
      const rows = unwindRows(path)
      expect(rows.flatMap((row) => frameDifferences(row, symbols, base)).slice(0, 5)).toEqual([])
      expect(rows.length).toBeGreaterThan(50)
    })
  },
)
