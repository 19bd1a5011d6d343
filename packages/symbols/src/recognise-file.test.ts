import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { amd64, arm64, synthFat, synthMacho } from '../testing/synth-macho.ts'
import { bytesSource } from './byte-source.ts'
import { fileSource } from './node/file-source.ts'
import { recogniseFile } from './recognise-file.ts'
import { recogniseModules } from './recognise-modules.ts'

const source = (text: string) => bytesSource(new TextEncoder().encode(text))
const uuid = '00112233445566778899AABBCCDDEEFF'

describe('a file is told by its content', () => {
  test.each([
    ['MODULE Linux x86_64 000 app\n', 'sym'],
    ['\ufeffMODULE Linux x86_64 000 app\n', 'sym'],
    ['{"version":3,"sources":["a.ts"],"mappings":"AAAA"}', 'source-map'],
    [')]}\'\n{ "version" : 3, "file":"a.js"', 'source-map'],
    ['{"name":"x","version":"3.0.0"}', undefined],
    ['{"version":3,"lockfile":{}}', undefined],
    ['MODULES\n', undefined],
    ['', undefined],
    ['no symbols', undefined],
  ])('%j is %s', (text, kind) => {
    expect(recogniseFile(source(text))).toBe(kind)
  })

  test('Mach-O, and no Java class', () => {
    expect(recogniseFile(bytesSource(synthMacho({})))).toBe('macho')
    expect(recogniseFile(bytesSource(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, ...new Uint8Array(60))))).toBeUndefined()
  })
})

describe('the modules of a file', () => {
  test('are told by its headers: of a fat file one for each processor', () => {
    const fat = synthFat([
      { cpuType: amd64, bytes: synthMacho({ uuid }) },
      { cpuType: arm64, bytes: synthMacho({ uuid, cpuType: arm64, fileType: 10 }) },
    ])
    const both = { kind: 'macho', debugFile: 'app', debugId: `${uuid}0`, codeId: uuid.toLowerCase(), hasDebug: false }
    expect(recogniseModules(bytesSource(fat), '/x/app')).toEqual([
      { ...both, arch: 'x86_64', hasCode: true },
      { ...both, arch: 'arm64', hasCode: false },
    ])
  })

  test('are none for object files, damaged files and others', () => {
    expect(recogniseModules(bytesSource(synthMacho({ uuid, fileType: 1 })), 'a.o')).toEqual([])
    expect(recogniseModules(bytesSource(synthMacho({ uuid }).subarray(0, 20)), 'a')).toEqual([])
    expect(recogniseModules(source('MODULE x'), 'a.sym')).toEqual([])
    expect(recogniseModules(source('text'), 'a')).toEqual([])
  })

  const fixtures = fileURLToPath(new URL('../../../../shared/fixtures/debug-files/', import.meta.url))
  test.skipIf(!existsSync(fixtures)).each([
    ['symbolic/linux/crash', 'C0BCC3F19827FE653058404B2831D9E60', true, false],
    ['symbolic/linux/crash.debug', 'C0BCC3F19827FE653058404B2831D9E60', false, true],
    ['symbolic/linux/crash.sym', 'C0BCC3F19827FE653058404B2831D9E60', true, true],
    ['symbolic/macos/crash', '67E9247C814E392BA027DBDE6748FCBF0', true, false],
    ['symbolic/macos/crash.dSYM/Contents/Resources/DWARF/crash', '67E9247C814E392BA027DBDE6748FCBF0', false, true],
    ['symbolic/windows/CrashWithException.exe', 'F535C5FB2AE84BB8AA206C30BE566C5A1', true, false],
    ['symbolic/windows/CrashWithException.pdb', 'F535C5FB2AE84BB8AA206C30BE566C5A1', false, true],
  ])('%s has the id %s (needs ../shared fixtures)', (path, debugId, hasCode, hasDebug) => {
    expect(recogniseModules(fileSource(fixtures + path), path)).toMatchObject([
      { debugFile: expect.stringMatching(/^(crash|CrashWithException\.pdb)$/), debugId, hasCode, hasDebug },
    ])
  })
})
