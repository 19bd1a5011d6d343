import { copyFileSync, cpSync, existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { recogniseModules } from '@crashkeep/symbols/dump'
import { fileSource } from '@crashkeep/symbols/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crashkeep, temporaryFolder } from '../../testing/command.ts'
import { firstOf, localDebugFiles } from './local-debug-files.ts'

const debugFiles = fileURLToPath(new URL('../../../../../shared/fixtures/debug-files', import.meta.url))
const program = join(debugFiles, 'dump_syms/linux/basic.full')
const base = 0x400000n
/** Of `main` in that program. */
const mainOffset = 0x12bdn
const stackStart = 0x7fff0000n

describe.skipIf(!existsSync(program))('crashkeep stackwalk --use-local-debuginfo (needs ../shared fixtures)', () => {
  const folder = temporaryFolder()
  const file = join(folder.path, 'basic')
  const dump = join(folder.path, 'basic.dmp')
  let [debugId, buildId] = ['', '']

  beforeAll(() => {
    copyFileSync(program, file)
    const source = fileSource(file)
    const [module] = recogniseModules(source, file)
    source.close()
    debugId = module?.debugId ?? ''
    buildId = module?.codeId ?? ''
  })
  afterAll(() => folder.remove())

  const walk = async (modulePath: string, id: string, ...words: string[]) => {
    const context = { registers: { rip: base + mainOffset, rsp: stackStart } }
    const modules = [{ baseAddress: base, size: 0x10000, name: modulePath, buildId: id }]
    writeFileSync(dump, synthDump({ modules, threads: [{ id: 1, context, stack: stack(stackStart, [0n, 0n]) }] }))
    return JSON.parse((await crashkeep(['stackwalk', '--json', ...words, dump])).stdout)
  }

  test('names what the file of the dump has at this address', async () => {
    const crash = await walk(file, buildId, '--use-local-debuginfo')
    expect(crash.threads[0].frames[0]).toMatchObject({ function: 'main', file: expect.stringMatching(/basic\.cpp$/) })
    expect(crash.modules[0]).toMatchObject({ debug_id: debugId, symbols: { state: 'loaded', from: file } })
  })

  test.each([
    ['Mach-O with its dSYM', 'Mac OS X', 'symbolic/macos/crash', ['crash.dSYM'], 0xda8n, 'google_breakpad::MinidumpFileWriter::Close()'],
    [
      'PE with its PDB',
      'Windows NT',
      'dump_syms/windows/dump_syms_regtest64.exe',
      ['dump_syms_regtest64.pdb'],
      0x1018n,
      'main(int, char**)',
    ],
  ] as const)('reads %s', async (_, os, name, companions, offset, expected) => {
    const original = join(debugFiles, name)
    const copy = join(folder.path, basename(name))
    for (const each of [basename(name), ...companions]) cpSync(join(original, '..', each), join(folder.path, each), { recursive: true })
    const source = fileSource(original)
    const [module] = recogniseModules(source, original)
    source.close()
    const id = module?.debugId ?? ''
    const pdb = { guid: id.slice(0, 32).toLowerCase(), age: Number.parseInt(id.slice(32), 16), fileName: module?.debugFile ?? '' }
    const context = { registers: { rip: base + offset, rsp: stackStart } }
    const modules = [{ baseAddress: base, size: 0x10000, name: copy, pdb }]
    const threads = [{ id: 1, context, stack: stack(stackStart, [0n, 0n]) }]
    writeFileSync(dump, synthDump({ systemInfo: { os, cpu: 'amd64' }, modules, threads }))
    const { stdout } = await crashkeep(['stackwalk', '--json', '--use-local-debuginfo', dump])
    const crash = JSON.parse(stdout)
    expect(crash.modules[0]).toMatchObject({ debug_id: id, symbols: { state: 'loaded', from: copy } })
    expect(crash.threads[0].frames[0]).toMatchObject({ function: expected })
  })

  test('does not without the flag, nor with a file of another build, nor with a path that is not whole', async () => {
    expect((await walk(file, buildId)).threads[0].frames[0].function).toBeNull()
    const other = await walk(file, '11'.repeat(20), '--use-local-debuginfo')
    expect([other.threads[0].frames[0].function, other.modules[0].symbols]).toEqual([null, { state: 'missing', looked: [file] }])
    const relative = await walk('basic', buildId, '--use-local-debuginfo')
    expect(relative.modules[0].symbols).toEqual({ state: 'missing', looked: [] })
  })

  test('takes no more memory than it may, and asks a file once', () => {
    const lines: string[] = []
    const symbols = localDebugFiles((line) => lines.push(line), 1000)
    const find = () => symbols.find({ codeFile: file, debugFile: file, debugId })
    expect(find()).toMatchObject({ state: 'corrupt', from: file, reason: expect.stringContaining('more memory') })
    expect(find()).toBe(find())
    expect(lines).toEqual([`${file}: corrupt`])
  })

  test('ready symbols come first, and what both looked at is told', () => {
    const local = localDebugFiles(() => undefined)
    const missing = { find: () => ({ state: 'missing' as const, looked: ['a'] }) }
    const broken = { find: () => ({ state: 'corrupt' as const, from: 'b', reason: 'c' }) }
    expect(firstOf(missing, local).find({ codeFile: file, debugId })).toMatchObject({ state: 'loaded', from: file })
    expect(firstOf(broken, local).find({ codeFile: '/none', debugId }).state).toBe('corrupt')
    expect(firstOf(missing, local).find({ codeFile: '/none', debugId })).toEqual({ state: 'missing', looked: ['a', '/none'] })
    expect(firstOf({ find: () => local.find({ codeFile: file, debugId }) }, broken).find({})).toMatchObject({ state: 'loaded' })
  })
})
