import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mergeSymbols } from '../process/merge-symbols.ts'
import { describeSymbolFile } from '../store/symbols/symbol-contents.ts'
import { complement } from './complement.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-complement-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

function file(...lines: string[]): string {
  files += 1
  const path = join(folder, String(files))
  writeFileSync(path, ['MODULE windows x86_64 72E103A85CB249078B76B2E7C06257B13 app.pdb', ...lines, ''].join('\n'))
  return path
}

const codeId = 'INFO CODE_ID 589DFD111A000 app.exe'
const functions = ['FILE 0 app.cc', 'FUNC 1000 10 0 app::run()', '1000 10 7 0', 'PUBLIC 2000 0 start']
const unwind = 'STACK CFI INIT 1000 10 .cfa: $rsp 8 + .ra: .cfa 8 - ^'
const pdb = file(...functions)
const program = file(codeId, 'FUNC 1000 10 0 <unknown in app.exe>', 'PUBLIC 2000 0 exported', unwind)
const both = file(codeId, ...functions, 'PUBLIC 3000 0 <unknown in app.exe>', unwind)
const other = file(...functions, 'FUNC 4000 10 0 app::other()')
const nothing = file()

describe('two files of one module', () => {
  test.each([
    ['a PDB and its program', pdb, program, 'held-functions'],
    ['a program and its PDB', program, pdb, 'added-functions'],
    ['a PDB, and the program read with it', pdb, both, 'better'],
    ['a program read with its PDB, and the PDB', both, pdb, 'nothing-new'],
    ['a program read with its PDB, and the program alone', both, program, 'nothing-new'],
    ['a program alone, and read with its PDB', program, both, 'better'],
    ['two that name different functions', pdb, other, 'conflict'],
    ['one that says nothing, and one that does', nothing, pdb, 'better'],
    ['one that does, and one that says nothing', pdb, nothing, 'nothing-new'],
    ['nothing and a program', nothing, program, 'better'],
  ])('%s', async (_what, held, added, decision) => {
    expect(complement(await describeSymbolFile(held), await describeSymbolFile(added))).toBe(decision)
  })

  test('become one that says what both say, code id included', async () => {
    const outputPath = join(folder, 'merged')
    mergeSymbols({ kind: 'merge', functionsPath: pdb, unwindPath: program, outputPath })
    const [module] = readFileSync(pdb, 'utf8').split('\n')
    expect(readFileSync(outputPath, 'utf8')).toBe([module, codeId, ...functions, unwind, ''].join('\n'))
    expect((await describeSymbolFile(outputPath)).contents).toMatchObject({ functions: true, publics: true, unwind: true, codeId: true })
  })

  test('may be longer than what is read at once', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `FUNC ${(0x1000 + n * 16).toString(16)} 10 0 app::function${n}(int, char const*)`)
    const frames = Array.from({ length: 20_000 }, (_, n) => `STACK CFI INIT ${(0x1000 + n * 16).toString(16)} 10 .cfa: $rsp 8 +`)
    const outputPath = join(folder, 'long')
    mergeSymbols({ kind: 'merge', functionsPath: file(...many, unwind), unwindPath: file('PUBLIC 1 0 x', ...frames), outputPath })
    const [module] = readFileSync(pdb, 'utf8').split('\n')
    expect(readFileSync(outputPath, 'utf8')).toBe([module, ...many, ...frames, ''].join('\n'))
  })
})
