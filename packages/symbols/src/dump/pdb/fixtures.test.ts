import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../../byte-source.ts'
import { nodeDemangler } from '../../node/read-demangler.ts'
import { type DumpOptions, dumpSymbols } from '../index.ts'

const fixtures = fileURLToPath(new URL('../../../../../../shared/fixtures/debug-files', import.meta.url))

/** What a symbol file says, without the numbers that its writer gives to files, sorted. */
function records(text: string): string[] {
  const files = new Map<string, string>()
  let current = ''
  const said: string[] = []
  for (const line of text.trimEnd().split('\n')) {
    const [first = '', second = '', third = '', fourth = ''] = line.split(' ')
    if (first === 'FILE') files.set(second, line.slice(6 + second.length))
    else if (/^[0-9a-f]+$/.test(first)) said.push(`${current}: ${first} ${second} ${third} ${files.get(fourth)}`)
    else {
      if (first === 'FUNC') current = second === 'm' ? third : second
      // Rules inside of prologues and epilogues are ours only.
      if (!/^STACK CFI [0-9a-f]+ /.test(line)) said.push(line)
    }
  }
  return said.sort()
}

function dump(path: string): string[] {
  const folder = dirname(path)
  const companions: DumpOptions['companions'] = (wanted) => {
    const names = wanted.kind === 'pe' ? [`${wanted.name}.exe`, `${wanted.name}.dll`] : []
    const found = names.map((name) => join(folder, name)).find(existsSync)
    return found === undefined ? undefined : Object.assign(bytesSource(readFileSync(found)), { path: found })
  }
  const chunks: Uint8Array[] = []
  const options = { fileName: basename(path), inlines: false, companions, demangle: nodeDemangler() }
  const { problems } = dumpSymbols(bytesSource(readFileSync(path)), (chunk) => chunks.push(chunk), options)
  expect(problems).toEqual([])
  return records(Buffer.concat(chunks).toString())
}

function differences(path: string, expected: string): { missing: string[]; added: string[] } {
  const theirs = records(readFileSync(join(fixtures, expected), 'utf8'))
  const ours = dump(join(fixtures, path))
  const [theirSet, ourSet] = [new Set(theirs), new Set(ours)]
  return { missing: theirs.filter((line) => !ourSet.has(line)), added: ours.filter((line) => !theirSet.has(line)) }
}

describe.skipIf(!existsSync(fixtures))('symbol files beside PDBs (needs ../shared fixtures)', () => {
  test('of x64: all records but the rules of registers in the caller’s frame, which their writer had wrong', () => {
    const { missing, added } = differences('dump_syms/windows/dump_syms_regtest64.pdb', 'dump_syms/windows/dump_syms_regtest64.sym')
    expect(missing.filter((line) => !line.startsWith('STACK CFI INIT'))).toEqual([])
    expect(added.filter((line) => !line.startsWith('STACK CFI INIT'))).toEqual([])
    expect(missing.length).toBeLessThan(70)
    // Theirs: cut off below zero. The same addresses and the same rules otherwise.
    const plain = (lines: string[]): string[] => lines.map((line) => line.replaceAll(/\$\w+: \.cfa (?:0|-\d+) - \^/g, 'home')).sort()
    expect(plain(added)).toEqual(plain(missing))
  })

  test('of x86: all records but some ways to write a name', () => {
    const { missing, added } = differences('dump_syms/windows/basic32-min.pdb', 'dump_syms/windows/basic32-min.sym')
    const named = /^(FUNC|PUBLIC) /
    expect(missing.filter((line) => !named.test(line))).toEqual([])
    expect(added.filter((line) => !named.test(line))).toEqual([])
    // Address, size and size of arguments are equal everywhere.
    const plain = (lines: string[]): string[] =>
      lines.map((line) => line.replace(/^((?:FUNC|PUBLIC) (?:m )?(?:[0-9a-f]+ )+).*/, '$1')).sort()
    expect(plain(added)).toEqual(plain(missing))
    expect(missing.length).toBeLessThan(400)
  })
})
