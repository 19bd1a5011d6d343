import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { amd64, arm64, synthFat, synthMacho, synthUnwindInfo } from '../../../symbols/testing/synth-macho.ts'
import { crashkeep, temporaryFolder } from '../../testing/command.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const text = 0x1_0000_0000
const uuid = '00112233445566778899AABBCCDDEEFF'
const armUuid = uuid.replace('00', '0A')
const unwind = { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo([[0x1000, 0x0202_0000]], 0x1010) }
const code = { name: '__text', address: text + 0x1000, bytes: new Uint8Array(16), executable: true }
const symbols = [{ name: '__ZN3foo3barEi', address: text + 0x1000 }]

/** A program without symbols in a bundle, and its dSYM beside that. */
const app = join(folder.path, 'build/App.app/Contents/MacOS/App')
const dsym = join(folder.path, 'build/App.app.dSYM/Contents/Resources/DWARF/App')
write(app, synthMacho({ uuid, sections: [code, unwind] }))
write(dsym, synthMacho({ uuid, fileType: 10, sections: [{ ...code, absent: true }], symbols }))
const whole = [
  `MODULE Mac x86_64 ${uuid}0 App`,
  `INFO CODE_ID ${uuid}`,
  'PUBLIC 1000 0 foo::bar(int)',
  'STACK CFI INIT 1000 10 .cfa: $rsp 16 + .ra: .cfa -8 + ^',
  '',
]

const fat = join(folder.path, 'libx.dylib')
write(
  fat,
  synthFat([
    { cpuType: amd64, bytes: synthMacho({ uuid: armUuid.replace('0A', '0B'), sections: [code], symbols }) },
    { cpuType: arm64, bytes: synthMacho({ uuid: armUuid, cpuType: arm64, sections: [code], symbols }) },
  ]),
)

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
}

const dump = (...args: string[]) => crashkeep(['symbols', 'dump', ...args])

describe('symbols dump', () => {
  test.each([
    ['a program, whose dSYM it finds', [app]],
    ['a dSYM, whose program it finds', [join(folder.path, 'build/App.app.dSYM')]],
    ['both', [app, dsym]],
    ['the folder of the build', [join(folder.path, 'build')]],
  ])('writes one symbol file for %s', async (_what, files) => {
    expect(await dump(...files)).toEqual({ status: 0, signal: null, stderr: '', stdout: whole.join('\n') })
  })

  test('writes a file, with more INFO lines, and whole files only', async () => {
    const output = join(folder.path, 'out', 'App.sym')
    expect(await dump(app, '-o', output, '--extra-info', 'RELEASE 1.2', '--check-cfi')).toMatchObject({ status: 0, stdout: '' })
    expect(readFileSync(output, 'utf8').split('\n')).toEqual([...whole.slice(0, 2), 'INFO RELEASE 1.2', ...whole.slice(2)])
    const half = join(folder.path, 'half')
    copyFileSync(app, half)
    writeFileSync(half, readFileSync(app).subarray(0, 30))
    expect(await dump(half, '-o', `${output}2`)).toMatchObject({ status: 1, stderr: expect.stringContaining('half: ') })
    expect(existsSync(`${output}2`)).toBe(false)
  })

  test('writes every module into a store, in threads, and tells of each', async () => {
    const store = join(folder.path, 'store')
    const ended = await dump(join(folder.path, 'build'), fat, '--store', store)
    const paths = [
      `App/${uuid}0/App.sym`,
      `libx.dylib/${armUuid}0/libx.dylib.sym`,
      `libx.dylib/${armUuid.replace('0A', '0B')}0/libx.dylib.sym`,
    ].map((path) => join(store, path))
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.stdout.trim().split('\n').sort()).toEqual(paths.sort())
    expect(readFileSync(paths[0] ?? '', 'utf8')).toBe(whole.join('\n'))
    const json = await dump(app, '--store', store, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject([
      { file: app, debugFile: 'App', debugId: `${uuid}0`, output: paths[0], counts: { publics: 1 }, problems: [] },
    ])
  })

  test('takes the part of a file for several processors that is asked for', async () => {
    expect((await dump(fat, '-a', 'arm64')).stdout).toContain(`MODULE Mac arm64 ${armUuid}0 libx.dylib\n`)
    expect(await dump(fat, '--arch', 'ppc')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('is for x86_64, arm64; say with --arch'),
    })
    expect(await dump(fat, '--list-arch')).toMatchObject({ status: 0, stdout: `${fat}: x86_64, arm64\n` })
  })

  test('does what it can, names the rest, and ends with status 1', async () => {
    const notes = join(folder.path, 'notes.txt')
    writeFileSync(notes, 'Buy milk.')
    const object = join(folder.path, 'a.o')
    writeFileSync(object, synthMacho({ uuid, fileType: 1 }))
    const ended = await dump(app, notes, object)
    expect(ended).toMatchObject({ status: 1, stdout: whole.join('\n') })
    expect(ended.stderr).toMatch(/a\.o: an object file.*\n.*notes\.txt: neither ELF.*\n.*2 files were not dumped/)
    expect(await dump(app, '--check-cfi', '-o', join(folder.path, 'cfi.sym'))).toMatchObject({ status: 0 })
    expect(await dump(fat, '--check-cfi', '-a', 'arm64', '-o', join(folder.path, 'cfi.sym'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no rules for unwinding'),
    })
  })

  test.each([
    [['a', '--json'], /--json needs/],
    [['a', '--extra-info', 'release'], /KEYWORD TEXT/],
    [['a', '-j', '0'], /whole number/],
    [[join(folder.path, 'missing')], /does not exist/],
    [[fat, app], /2 modules .*--store/],
  ])('with %j ends with status 2', async (args, sentence) => {
    expect(await dump(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(sentence) })
  })
})

test('the fixtures of several formats are dumped into a store (needs ../shared fixtures)', { skip: !existsSync(fixtures()) }, async () => {
  const store = join(folder.path, 'fixtures')
  await dump(fixtures(), '--store', store)
  const made = ['crash/67E9247C814E392BA027DBDE6748FCBF0/crash.sym', 'crash/C0BCC3F19827FE653058404B2831D9E60/crash.sym']
  for (const path of made) expect(readFileSync(join(store, path), 'utf8')).toMatch(/^FUNC /m)
})

function fixtures(): string {
  return fileURLToPath(new URL('../../../../../shared/fixtures/debug-files/symbolic', import.meta.url))
}
