/** Deaths that are JavaScript's own, hangs, and that a program under the reporter behaves as without it. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { crashingAddon, type Death, type DyingOptions, die, reportOf, waiting } from '../harness/dying-program.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { root } from '../harness/server.ts'

const isLinux = process.platform === 'linux'
const installTimeoutMs = 300_000
const dumpRequested = 0xffffffff

describe.skipIf(!isLinux)('deaths of JavaScript (needs Linux)', () => {
  const undo = undoAfterAll()
  let folder: string
  let addon: string

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'deaths')
    addon = await crashingAddon(folder)
    await installNodes()
  }, installTimeoutMs)

  /** With and without the reporter; what differs by nature is taken out. */
  async function twice(way: readonly string[], options: DyingOptions): Promise<[Death, Death]> {
    return Promise.all([die(folder, addon, way, options), die(folder, addon, way, { ...options, isReported: false })])
  }

  function visible({ status, signal, output, errors }: Death): unknown {
    return { status, signal, output, errors }
  }

  describe.each(nodes)('$name', ({ path: node }) => {
    test.each([
      ['throw', 'uncaughtException', 'TypeError', 'nobody catches this'],
      ['reject', 'unhandledRejection', 'RangeError', 'nobody handles this'],
    ])('%s: Node prints and exits as ever, and one report has error and stack', async (way, origin, name, message) => {
      const [death, plain] = await twice([way], { node })
      expect(visible(death)).toEqual(visible(plain))
      expect(death).toMatchObject({ status: 1, signal: null })
      const { dump, annotations } = await reportOf(death)
      expect(dump.exception?.code).toBe(dumpRequested)
      expect(annotations).toMatchObject({ 'js.origin': origin, 'js.name': name, 'js.message': message })
      expect(annotations['js.stack']).toMatch(/dying\.mjs:\d+/)
      expect(Number(annotations['js.heap.used'])).toBeGreaterThan(0)
    })

    test('an exhausted heap leaves one report with location, figures and the JavaScript stack', async () => {
      const death = await die(folder, addon, ['out-of-memory'], { node, nodeFlags: ['--max-old-space-size=40'] })
      expect(death).toMatchObject({ status: null, signal: 'SIGABRT' })
      expect(death.errors).toContain('JavaScript heap out of memory')
      const { crash, annotations } = await reportOf(death)
      expect(crash.crash_info.type).toContain('SIGABRT')
      expect(annotations['electron.v8-oom.is_heap_oom']).toBe('1')
      expect(annotations['electron.v8-oom.stack']).toContain('leakEverything')
      expect(Number(annotations['electron.v8-oom.heap.used'])).toBeGreaterThan(30e6)
      expect(Number(annotations['electron.v8-oom.heap.limit'])).toBeGreaterThan(40e6)
      expect(Number(annotations['electron.v8-oom.old_space.used'])).toBeGreaterThan(20e6)
    })

    test('a fatal error of V8 leaves one report with its place and message', async () => {
      const death = await die(folder, addon, ['v8-fatal'], { node })
      expect(death).toMatchObject({ status: null, signal: 'SIGABRT' })
      expect(death.errors).toContain('FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal')
      const { annotations } = await reportOf(death)
      expect(annotations).toMatchObject({
        'electron.v8-fatal.location': 'v8::ToLocalChecked',
        'electron.v8-fatal.message': 'Empty MaybeLocal',
      })
    })

    test('a hang is reported with the JavaScript stack, and the process lives on', async () => {
      const death = await die(folder, addon, ['hang'], { node, environment: { HANG_TIMEOUT_MS: '500' } })
      expect(death).toMatchObject({ status: 0, output: 'alive\n', errors: '' })
      const { crash, annotations } = await reportOf(death)
      expect(annotations['hang.stack']).toContain('spinUntil')
      expect(annotations['hang.timeout_ms']).toBe('500')
      expect(crash.crashing_thread?.thread_id).toBe(death.pid)
    })
  })

  test('an exception that somebody handles is no death', async () => {
    const [death, plain] = await twice(['caught'], {})
    expect(visible(death)).toEqual(visible(plain))
    expect(death.status).toBe(0)
    expect(waiting(death.folder)).toEqual([])
  })

  test.each(['exit', 'null-write', 'process-abort', 'wasm'])(
    '%s: status, signal and output are the same with and without the reporter',
    async (way) => {
      const [death, plain] = await twice([way], {})
      const withoutAddresses = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x').replace(/^ *\d+: .*$/gm, '')
      expect({ ...Object(visible(death)), errors: withoutAddresses(death.errors) }).toEqual({
        ...Object(visible(plain)),
        errors: withoutAddresses(plain.errors),
      })
      if (way !== 'exit' && way !== 'wasm') await reportOf(death)
    },
  )

  test('a signal that the program listens to is heard as ever, and no crash', async () => {
    const options: DyingOptions = {
      environment: { EARLIER: 'SIGQUIT' },
      onReady: (child) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('SIGQUIT heard')) child.kill('SIGKILL')
        })
        child.kill('SIGQUIT')
      },
    }
    const death = await die(folder, addon, ['wait'], options)
    expect(death).toMatchObject({ signal: 'SIGKILL', output: 'ready\nSIGQUIT heard\n' })
    expect(waiting(death.folder)).toEqual([])
  })

  test('where there is no native capture, start works, says so once, and children do not repeat it', async () => {
    const script = `
      Object.defineProperty(process, 'arch', { value: 'riscv64' })
      const { crashReporter } = await import(process.env.REPORTER_INDEX)
      crashReporter.start({ uploadToServer: false, crashesDirectory: process.env.DATABASE })
      crashReporter.addExtraParameter('still', 'works')
      process.stdout.write(JSON.stringify(crashReporter.getParameters()))
      const { spawnSync } = await import('node:child_process')
      if (process.argv[1] !== 'child') spawnSync(process.execPath, [...process.execArgv, 'child'], { stdio: 'inherit' })`
    const index = join(root, 'packages/reporter/dist/index.js')
    const flags = ['--input-type=module', '-e', script]
    const death = await die(folder, addon, [], { program: [], nodeFlags: flags, environment: { REPORTER_INDEX: index } })
    expect(death).toMatchObject({ status: 0, output: '{"still":"works"}{"still":"works"}' })
    expect(death.errors.match(/Native crashes are not captured on linux-riscv64/g)).toHaveLength(1)
  })

  test('where there is no native capture, errors of JavaScript are reported all the same', async () => {
    const script = `
      Object.defineProperty(process, 'arch', { value: 'riscv64' })
      const { crashReporter } = await import(process.env.REPORTER_INDEX)
      crashReporter.start({ uploadToServer: false, crashesDirectory: process.env.DATABASE, extra: { stage: 'start' } })
      crashReporter.addExtraParameter('stage', 'later')
      setImmediate(() => { throw new TypeError('nobody catches this') })`
    const index = join(root, 'packages/reporter/dist/index.js')
    const flags = ['--input-type=module', '-e', script]
    const death = await die(folder, addon, [], { program: [], nodeFlags: flags, environment: { REPORTER_INDEX: index } })
    expect(death).toMatchObject({ status: 1, signal: null })
    const { crash, annotations } = await reportOf(death)
    expect(annotations).toMatchObject({ 'js.name': 'TypeError', 'js.message': 'nobody catches this', stage: 'later' })
    expect(crash.pid).toBe(death.pid)
  })

  test('the program has one listener more, and the same signals are ignored', async () => {
    const script = join(import.meta.dirname, '../programs/what-differs.mjs')
    const differs = await die(folder, addon, [], { program: [script] })
    expect(differs).toMatchObject({ status: 0, signal: null, errors: '' })
    expect(JSON.parse(differs.output)).toEqual({
      listeners: { uncaughtExceptionMonitor: 1 },
      ignoredSignals: 'same',
      threads: 0,
      handles: 0,
    })
  })
})
