import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { type DumpResult, dumpSymbols } from '../dump/index.ts'
import { decompressSection } from './decompress-section.ts'
import { fileSource } from './file-source.ts'
import { nodeDemangler } from './read-demangler.ts'

const fixtures = fileURLToPath(new URL('../../../../../shared/fixtures/debug-files', import.meta.url))

function dump(name: string, inlines: boolean): { text: string; result: DumpResult } {
  const chunks: Uint8Array[] = []
  const result = dumpSymbols(fileSource(join(fixtures, name)), (chunk) => chunks.push(chunk), {
    fileName: name,
    inlines,
    demangle: nodeDemangler(),
    decompress: decompressSection,
    // dwz's file and the one that needs it lie beside each other.
    companions: (wanted) =>
      wanted.kind === 'dwz' ? bytesSource(new Uint8Array(readFileSync(join(fixtures, 'dump_syms/linux/basic.dwz')))) : undefined,
  })
  return { text: Buffer.concat(chunks).toString(), result }
}

/** Records whose order and grouping may differ: inlines by range, with the names that they refer to. */
function comparable(text: string): string[] {
  const [files, origins] = [new Map<string, string>(), new Map<string, string>()]
  const records: string[] = []
  for (const line of text.split('\n')) {
    const [kind = '', second = '', ...rest] = line.replace(/^(FUNC|PUBLIC) m /, '$1 ').split(' ')
    if (kind === 'MODULE' || kind === 'INFO') continue
    if (kind === 'FILE') files.set(second, rest.join(' '))
    else if (kind === 'INLINE_ORIGIN') origins.set(second, rest.join(' '))
    else if (kind === 'INLINE') {
      const [callLine, callFile = '', origin = '', ...ranges] = rest
      for (let index = 0; index < ranges.length; index += 2) {
        records.push(['INLINE', second, callLine, files.get(callFile), origins.get(origin), ranges[index], ranges[index + 1]].join(' '))
      }
    } else if (/^[0-9a-f]+$/.test(kind)) records.push([kind, second, rest[0], files.get(rest[1] ?? '')].join(' '))
    // Where a return address is told not to be known (`_start`), Mozilla writes no rule.
    else
      records.push(
        line
          .replace(/^(FUNC|PUBLIC) m /, '$1 ')
          .replace(/ ELF section in .*>/, ' ELF section>')
          .replace(/ \.ra: 0$/, ''),
      )
  }
  return records
}

describe.skipIf(!existsSync(fixtures))("ELF files and Mozilla's symbols of them (needs ../shared fixtures)", () => {
  test.each([
    ['dump_syms/linux/basic.full', 'dump_syms/linux/basic.full.sym', false],
    ['dump_syms/linux/basic.full', 'dump_syms/linux/basic.full.inlines.sym', true],
    ['dump_syms/linux/basic.dbg', 'dump_syms/linux/basic.dbg.sym', false],
    ['dump_syms/linux/basic.minidebuginfo', 'dump_syms/linux/basic.minidebuginfo.sym', true],
  ])('%s gives every record of %s', (name, symbols, inlines) => {
    const { text, result } = dump(name, inlines)
    const theirs = comparable(readFileSync(join(fixtures, symbols), 'utf8'))
    // A separate debug file has no frames of its own; theirs were taken from the program.
    const isDebugFile = name.endsWith('.dbg')
    const wanted = isDebugFile ? theirs.filter((record) => !record.startsWith('STACK') && !record.includes('ELF section')) : theirs
    const ours = comparable(text).filter((record) => !isDebugFile || !record.includes('ELF section'))
    expect(ours.toSorted()).toEqual(wanted.toSorted())
    expect(result.problems).toEqual([])
    expect(text.split('\n')[0]?.replace(/ \S+$/, '')).toBe('MODULE Linux x86_64 20AD60B0B4C68177552708AA192E77390')
    expect(text.split('\n')[1]).toBe('INFO CODE_ID B060AD20C6B47781552708AA192E7739FAC7C84A')
  })

  test('compressed sections give what uncompressed ones give', () => {
    const [, ...whole] = dump('symbolic/linux/crash.debug', true).text.split('\n')
    for (const name of ['crash.debug-zlib', 'crash.debug-zstd']) {
      const [, ...lines] = dump(`symbolic/linux/${name}`, true).text.replaceAll(name, 'crash.debug').split('\n')
      expect(lines).toEqual(whole)
    }
    expect(whole.length).toBeGreaterThan(5000)
  })

  test('functions and sizes are those of symbolic', () => {
    const functions = (text: string) => [...text.matchAll(/^FUNC (?:m )?([0-9a-f]+ [0-9a-f]+)/gm)].map(([, range]) => range)
    const theirs = functions(readFileSync(join(fixtures, 'symbolic/linux/crash.sym'), 'utf8'))
    const ours = new Set(functions(dump('symbolic/linux/crash.debug', true).text))
    expect(theirs.filter((range) => !ours.has(range))).toEqual([])
  })
})
