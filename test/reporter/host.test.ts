/** A program under the reporter is the program that it was: the same runs with and without it are compared, on every Node. */
import { cpSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { root } from '../harness/server.ts'
import { debugThrow } from './debugger.ts'
import { type Ended, register, type Zombies, zombies } from './zombies.ts'

const isLinux = process.platform === 'linux'
const installTimeoutMs = 300_000
/** QUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, XCPU, SYS; XFSZ stays ignored. */
const crashSignals = [3, 4, 5, 6, 7, 8, 11, 24, 31]
const started = [...register, '--import', './start.mjs']
/** Of as many modules: Node runs a program that comes after one in another way. */
const plainly = ['--import', './nothing.mjs', '--import', './nothing.mjs']

interface Program {
  readonly code: string
  readonly flags?: readonly string[]
  readonly wrapper?: readonly string[]
}

/** Each ends by itself, each in another way. */
const programs: Readonly<Record<string, Program>> = {
  'ends when there is nothing left to do': { code: 'setTimeout(() => console.log("done"), 20)' },
  'ends with the code that it set': { code: 'process.exitCode = 7' },
  'hears its own end': { code: 'for (const name of ["beforeExit", "exit"]) process.on(name, (code) => console.log(name, code))' },
  'exits in the middle of something': { code: 'setInterval(() => {}, 1000); Promise.resolve().then(() => process.exit(9))' },
  'writes much into a pipe': {
    code: 'process.stdout.write("x".repeat(1 << 20))',
    wrapper: ['sh', '-c', '"$0" "$@" | wc -c'],
  },
  'prints an error that nobody catches': { code: 'setTimeout(() => { throw new TypeError("nobody") }, 1)' },
  'throws what is no error': { code: 'throw null' },
  'prints a rejection that nobody handles': { code: 'Promise.reject(new RangeError("nobody"))' },
  'only warns of rejections': {
    code: 'Promise.reject(new RangeError("nobody")); setTimeout(() => console.log("on"), 5)',
    flags: ['--unhandled-rejections=warn'],
  },
  'catches all of its errors': {
    code: 'process.on("uncaughtException", (error, origin) => console.log(origin, error.message)); throw new Error("one")',
  },
  'handles all of its rejections': {
    code: 'process.on("unhandledRejection", (error) => console.log(error.message)); Promise.reject(new Error("one"))',
  },
  'captures its errors': {
    code: 'process.setUncaughtExceptionCaptureCallback((error) => console.log(error.message)); throw new Error("one")',
  },
  'throws in its handler of errors': {
    code: 'process.on("uncaughtException", () => { throw new Error("two") }); throw new Error("one")',
  },
  'throws while it exits': { code: 'process.on("exit", () => { throw new Error("late") })' },
  'aborts at an error': { code: 'throw new Error("fatal")', flags: ['--abort-on-uncaught-exception'] },
  'calls itself without end': { code: 'const f = () => f() + 1; try { f() } catch (error) { console.log(error.name, error.message) }' },
  'is told to end': { code: 'setInterval(() => {}, 1000); process.kill(process.pid, "SIGTERM")' },
  'is interrupted': { code: 'setInterval(() => {}, 1000); process.kill(process.pid, "SIGINT")' },
  'listens to a signal': { code: listenTo('SIGHUP') },
  'listens to a signal that ends others with a core file': { code: listenTo('SIGQUIT') },
  'starts its debugger by a signal': {
    code: `const { url } = require("inspector")
      process.kill(process.pid, "SIGUSR1")
      setInterval(() => { if (url()) process.exit(0) }, 5)`,
    flags: ['--inspect-port=0'],
  },
  'has children': {
    code: `const { spawnSync } = require("child_process")
      console.log(spawnSync(process.execPath, ["-p", "process.execArgv.length + process.argv.length"]).stdout.toString())
      console.log(spawnSync("sh", ["-c", "kill -SEGV $$"]).signal)`,
  },
  'has a forked child': {
    code: `const child = require("child_process").fork("./echo.cjs")
      child.on("message", (message) => console.log(message))
      child.on("exit", (...how) => console.log(...how))
      child.send(1)`,
  },
  'has a thread': {
    code: `const { Worker } = require("worker_threads")
      const worker = new Worker("setTimeout(() => { throw new Error('in a thread') }, 1)", { eval: true })
      worker.on("error", (error) => console.log(error.message))
      worker.on("exit", (code) => console.log(code))`,
  },
  'is tested by Node': {
    code: 'const { test } = require("node:test"); test("one", () => {}); test("two", () => { throw new Error("two") })',
    flags: ['--test-reporter=tap'],
  },
}

const files: Readonly<Record<string, string>> = {
  'start.mjs': 'process.crashReporter.start({ uploadToServer: false })\n',
  'import.mjs': "import { crashReporter } from '@crashkeep/reporter'\ncrashReporter.start({ uploadToServer: false })\n",
  'nothing.mjs': '',
  'echo.cjs': 'process.once("message", (message) => setImmediate(() => process.send(message + 1, () => process.disconnect())))\n',
}

describe.skipIf(!isLinux)('a program under the reporter (needs Linux)', () => {
  const undo = undoAfterAll()
  let app: Zombies

  beforeAll(async () => {
    app = host('host')
    await installNodes()
  }, installTimeoutMs)

  function host(name: string): Zombies {
    const made = zombies(temporaryFolder(undo, name))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(made.folder, file), text)
    cpSync(join(root, 'test/reporter/programs/host-state.mjs'), join(made.folder, 'host-state.mjs'))
    return made
  }

  describe.each(nodes)('$name', ({ path: node }) => {
    /** Without reports of others, which a start would look after. */
    async function stateWith(flags: readonly string[], quiet: Zombies): Promise<Record<string, unknown>> {
      const ended = await quiet.script('host-state.mjs', { node, flags })
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
      return JSON.parse(ended.stdout)
    }

    test.each([
      ['by import', ['--import', './import.mjs'], plainly.slice(2)],
      ['by register', started, plainly],
    ])(
      'started %s sees one listener more, handlers for the signals of crashes, and what children inherit',
      async (way, flags, plainFlags) => {
        const quiet = host(`host-${basename(dirname(dirname(node)))}`)
        const [plain, reported] = await Promise.all([stateWith(plainFlags, quiet), stateWith(flags, quiet)])
        const differing = Object.keys(plain).filter((key) => JSON.stringify(plain[key]) !== JSON.stringify(reported[key]))
        const more = (key: string): unknown[] => {
          const [before, after] = [plain[key], reported[key]]
          if (!Array.isArray(before) || !Array.isArray(after)) throw new Error(`${key} is no list`)
          expect(before.filter((each) => !after.includes(each))).toEqual([])
          return after.filter((each) => !before.includes(each))
        }
        const isRegistered = way === 'by register'
        expect(differing).toEqual(['listeners', 'execArgv', 'handled', 'environment', ...(isRegistered ? ['processKeys'] : [])])
        expect(reported.listeners).toEqual({ ...Object(plain.listeners), uncaughtExceptionMonitor: 1 })
        // Node's own two are handled for WebAssembly.
        expect(more('handled')).toEqual(crashSignals.filter((signal) => !Array.from(Object(plain.handled)).includes(signal)))
        expect(more('environment')).toEqual(['CRASHKEEP_REPORTER'])
        expect(isRegistered ? more('processKeys') : []).toEqual(isRegistered ? ['crash', 'crashReporter'] : [])
        expect(reported.execArgv).toEqual(
          flags.map((flag) => (flag.startsWith('@') ? expect.stringMatching(/^file:\/\/.*\/register\.js$/) : flag)),
        )
      },
    )

    test.concurrent.each(Object.entries(programs))('%s as it does without', async (_, { code, flags = [], wrapper = [] }) => {
      const [plain, reported] = await Promise.all([
        app.evaluate(code, { node, wrapper, flags: [...plainly, ...flags] }),
        app.evaluate(code, { node, wrapper, flags: [...started, ...flags] }),
      ])
      expect(visible(reported)).toEqual(visible(plain))
    })

    test('stops in a debugger where it stops without', async () => {
      const [plain, reported] = await Promise.all([debugThrow(app, node, plainly), debugThrow(app, node, started)])
      expect(plain.events).toContain('Debugger.paused exception nobody catches this')
      expect(reported).toEqual(plain)
    })
  })
})

/** Without what differs from one run to the next. */
function visible({ code, signal, stdout, stderr }: Ended): unknown {
  const stable = (text: string): string =>
    text
      .replaceAll(/0x[0-9a-f]+/g, '0x')
      .replaceAll(/\(node:\d+\)/g, '(node)')
      .replaceAll(/ws:\/\/\S+/g, 'ws:')
      .replaceAll(/duration_ms:? [\d.]+/g, 'duration_ms')
      .replaceAll(/^ *\d+: .*$/gm, '')
  return { code, signal, stdout: stable(stdout), stderr: stable(stderr) }
}

function listenTo(signal: string): string {
  return `const timer = setInterval(() => {}, 1000)
    process.on("${signal}", (name, number) => { console.log(name, number); clearInterval(timer) })
    process.kill(process.pid, "${signal}")`
}
