import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crashkeep, temporaryFolder } from '../../testing/command.ts'
import { writeDump, writeSymbols } from '../../testing/sample-crash.ts'

const folder = temporaryFolder()
const dump = join(folder.path, 'app.dmp')
const symbols = join(folder.path, 'symbols')

beforeAll(() => {
  writeDump(dump)
  writeSymbols(symbols)
})
afterAll(() => folder.remove())

describe('crashkeep stackwalk', () => {
  test('prints text for people, with the module and the offset where there are no symbols', async () => {
    const { status, stdout, stderr } = await crashkeep(['stackwalk', dump])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('SIGSEGV')
    expect(stdout).toMatch(/app \+ 0x1234/)
    expect(stdout).not.toContain('Widget')
  })

  test('names function, file and line with symbols from a folder, from --symbols-path and from the file itself', async () => {
    const ways = [
      [dump, symbols],
      ['--symbols-path', symbols, dump],
      [dump, writeSymbols(symbols)],
    ]
    for (const way of ways) expect((await crashkeep(['stackwalk', ...way])).stdout).toMatch(/Widget::draw\(int\).*widget\.cc.*42/)
  })

  test("prints rust-minidump's JSON, on one line or indented", async () => {
    const plain = await crashkeep(['stackwalk', '--json', dump, symbols])
    expect(plain.stdout.trimEnd()).not.toContain('\n')
    const crash = JSON.parse(plain.stdout)
    expect(crash).toMatchObject({ status: 'OK', crash_info: { crashing_thread: 0, address: '0x0000000000000000' }, thread_count: 2 })
    expect(crash.threads[0].frames[0]).toMatchObject({ function: 'Widget::draw(int)', line: 42, trust: 'context' })
    const pretty = await crashkeep(['stackwalk', '--json', '--pretty', dump, symbols])
    expect(pretty.stdout).toMatch(/^\{\n {2}"/)
    expect(JSON.parse(pretty.stdout)).toEqual(crash)
  })

  test('shows the crashing thread alone with --brief', async () => {
    const whole = await crashkeep(['stackwalk', dump])
    const brief = await crashkeep(['stackwalk', '--brief', dump])
    expect(whole.stdout).toMatch(/^Thread 1/m)
    expect(brief.stdout).not.toMatch(/^Thread 1/m)
    expect(brief.stdout.length).toBeLessThan(whole.stdout.length)
  })

  test('writes to --output-file and keeps standard output silent', async () => {
    const output = join(folder.path, 'out.json')
    const { status, stdout } = await crashkeep(['stackwalk', '--json', '--output-file', output, dump])
    expect([status, stdout]).toEqual([0, ''])
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ status: 'OK' })
  })

  test('accepts the flags of minidump-stackwalk that change nothing here', async () => {
    const flags = ['--features', 'stable-all', '--verbose', 'error', '--no-color', '--no-interactive']
    const { status, stderr } = await crashkeep(['stackwalk', '--json', ...flags, dump])
    expect([status, stderr]).toEqual([0, ''])
  })

  test('prints text and JSON at once with --cyborg', async () => {
    const output = join(folder.path, 'cyborg.json')
    const { status, stdout } = await crashkeep(['stackwalk', '--cyborg', output, '--pretty', dump, symbols])
    expect([status, stdout]).toEqual([0, (await crashkeep(['stackwalk', dump, symbols])).stdout])
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ status: 'OK', thread_count: 2 })
  })

  test("prints Breakpad's lines with --machine or -m", async () => {
    const { status, stdout } = await crashkeep(['stackwalk', '-m', dump, symbols])
    expect(status).toBe(0)
    expect(stdout).toContain('\nCrash|SIGSEGV /SEGV_MAPERR|0x0|0\n')
    expect(stdout).toContain('\n\n0|0|app|Widget::draw(int)|widget.cc|42|0x34\n')
    expect((await crashkeep(['stackwalk', '--machine', dump, symbols])).stdout).toBe(stdout)
  })

  test('shows the streams with --dump', async () => {
    expect((await crashkeep(['stackwalk', '--dump', '--brief', dump])).stdout).toBe((await crashkeep(['dump', dump])).stdout)
    const whole = (await crashkeep(['stackwalk', '--dump', dump])).stdout
    expect(whole).toBe((await crashkeep(['dump', '--memory', dump])).stdout)
    expect(whole).toContain('\nMemory at 0x000000007fff0000, 16 bytes:\n  0x000000007fff0000  00 00')
    const output = join(folder.path, 'dump.txt')
    expect(await crashkeep(['stackwalk', '--dump', '--output-file', output, dump])).toMatchObject({ status: 0, stdout: '' })
    expect(readFileSync(output, 'utf8')).toBe(whole)
  })

  test('reads signatures of modules with --evil-json, and goes on when it cannot', async () => {
    const extra = join(folder.path, 'extra.json')
    writeFileSync(extra, JSON.stringify({ ModuleSignatureInfo: JSON.stringify({ 'Widgets Ltd': ['app'] }) }))
    const signed = await crashkeep(['stackwalk', '--json', '--evil-json', extra, dump])
    expect(JSON.parse(signed.stdout)).toMatchObject({ modules_contains_cert_info: true, modules: [{ cert_subject: 'Widgets Ltd' }] })
    const missing = await crashkeep(['stackwalk', '--json', '--evil-json', join(folder.path, 'nothing.json'), dump])
    expect(missing).toMatchObject({ status: 0, stderr: expect.stringMatching(/nothing\.json could not be read/) })
    expect(JSON.parse(missing.stdout)).toMatchObject({ modules_contains_cert_info: false })
  })

  test('logs to a file, as much as was asked for', async () => {
    const log = join(folder.path, 'walk.log')
    const flags = ['--verbose', 'info', '--log-file', log, '--use-local-debuginfo']
    expect(await crashkeep(['stackwalk', ...flags, dump])).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(log, 'utf8')).toBe(' INFO /opt/app: not there, or of another build\n')
    await crashkeep(['stackwalk', '--verbose', 'trace', '--log-file', log, dump, symbols])
    const lines = readFileSync(log, 'utf8').split('\n')
    expect(lines).toContain(`DEBUG symbols of app: ${writeSymbols(symbols)}`)
    expect(lines).toContain('TRACE unwind: thread 7, frame 0: 0x0000000000401234 by context')
    await crashkeep(['stackwalk', '--verbose', 'off', '--log-file', log, '--use-local-debuginfo', dump])
    expect(readFileSync(log, 'utf8')).toBe('')
  })

  test.each([
    [['--json', '--human']],
    [['--json', '-m']],
    [['--pretty']],
    [['--verbose', 'loud']],
    [['--features', 'all']],
    [['--symbols-url', 'ftp://x']],
    [['--symbols-download-timeout-secs', 'soon']],
  ])('refuses %j as wrong usage', async (flags) => {
    const { status, stdout, stderr } = await crashkeep(['stackwalk', ...flags, dump])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).not.toBe('')
  })

  test('says that a folder of symbols is missing, and goes on', async () => {
    const { status, stdout, stderr } = await crashkeep(['stackwalk', dump, join(folder.path, 'nowhere')])
    expect(status).toBe(0)
    expect(stderr).toMatch(/nowhere does not exist/)
    expect(stdout).toContain('SIGSEGV')
  })
})

describe('crashkeep dump', () => {
  test('shows every stream as text', async () => {
    const { status, stdout } = await crashkeep(['dump', dump])
    expect(status).toBe(0)
    for (const stream of ['SystemInfo', 'ThreadList', 'ModuleList', 'Exception']) expect(stdout).toContain(stream)
    expect(stdout).toContain('/opt/app')
  })

  test('shows every stream as JSON', async () => {
    const { stdout } = await crashkeep(['dump', '--json', dump])
    expect(JSON.stringify(JSON.parse(stdout))).toContain('/opt/app')
  })
})

describe('crashkeep signature', () => {
  test('signs what stackwalk printed, and tells the steps', async () => {
    const { stdout: json } = await crashkeep(['stackwalk', '--json', dump, symbols])
    expect(await crashkeep(['signature'], json)).toMatchObject({ status: 0, stdout: 'Widget::draw\n', stderr: '' })
    const { stdout: steps } = await crashkeep(['signature', '--steps'], json)
    expect(steps).toMatch(/^Widget::draw\n {2}\S/)
    const { stdout: whole } = await crashkeep(['signature', '--json'], json)
    expect(JSON.parse(whole)).toMatchObject({ signature: 'Widget::draw', steps: expect.arrayContaining([]) })
  })

  test('signs crash data in the form that siggen takes', async () => {
    const data = { os: 'Linux', crashing_thread: 0, threads: [{ frames: [{ function: 'gfx::Paint(int)', module: 'libgfx.so' }] }] }
    expect(await crashkeep(['signature'], JSON.stringify(data))).toMatchObject({ status: 0, stdout: 'gfx::Paint\n' })
  })
})
