import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { afterAll, expect, test } from 'vitest'
import { defaultTimeBudgetMs, maxFramesPerDump, maxFramesPerThread } from './limits.ts'

const packageFolder = join(import.meta.dirname, '..')
const examples = [...readFileSync(join(packageFolder, 'README.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const base = 0x40_0000n
const start = 0x7fff_0000n
const context = { registers: { rip: base + 0x1234n, rsp: start } }
const dump = join(folder, 'crash.dmp')
const debugId = '33221100554477668899AABBCCDDEEFF0'
const symbolFile = join(folder, 'symbols/app', debugId, 'app.sym')
writeFileSync(
  dump,
  synthDump({
    modules: [{ baseAddress: base, size: 0x10000, name: '/opt/app', buildId: '00112233445566778899aabbccddeeff00112233' }],
    threads: [{ id: 7, context, stack: stack(start, [0, 0]) }],
    memory: [{ startAddress: base + 0x1234n, bytes: Buffer.from('8b00', 'hex') }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  }),
)
mkdirSync(dirname(symbolFile), { recursive: true })
writeFileSync(symbolFile, `MODULE Linux x86_64 ${debugId} app\nFILE 0 widget.cc\nFUNC 1200 100 0 Widget::draw()\n1200 100 42 0\n`)

/** The code as somebody would run it, with the packages as they are built. */
function run(code: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-', ...args], {
    cwd: packageFolder,
    input: code,
    encoding: 'utf8',
    timeout: 120_000,
  })
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

test('there are three examples', () => {
  expect(examples).toHaveLength(3)
})

test('the first reads a dump', () => {
  expect(run(examples[0] ?? '', dump)).toBe(`Linux, 1 threads\n0x400000 /opt/app ${debugId}\n`)
})

test('the second walks it', () => {
  const [sentence, ...rest] = run(examples[1] ?? '', dump, join(folder, 'symbols')).split('\n')
  expect(sentence).toBe('The process read address 0x0 in `Widget::draw()` (widget.cc:42): a null pointer.')
  expect(rest.join('\n')).toContain('Crashing instruction: `mov eax, dword [rax]`')
  expect(Number(rest.at(-2))).toBeGreaterThan(1000)
})

test('the third walks it with symbols of its own', () => {
  expect(run(examples[2] ?? '', dump, symbolFile)).toBe('app Widget::draw() widget.cc:42 (context)\n')
})

test('the limits that it names are the defaults', () => {
  const spaced = (value: number) => String(value).replace(/(\d)(\d{3})$/, '$1 $2')
  const limits = [maxFramesPerThread, maxFramesPerDump, defaultTimeBudgetMs].map(spaced)
  expect(readFileSync(join(packageFolder, 'README.md'), 'utf8')).toContain(`${limits[0]}, ${limits[1]} and ${limits[2]}`)
})
