import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { root } from '../harness/server.ts'
import { register, type Zombies, zombies } from './zombies.ts'

const folder = mkdtempSync(join(tmpdir(), 'workers-'))
const file = pathToFileURL(join(root, 'packages/reporter/dist/register.js')).href
/** What a thread sees of the reporter. */
const say = "console.log(typeof process.crashReporter, process.execArgv.join(' '))"
let app: Zombies

beforeAll(async () => {
  await installNodes()
  app = zombies(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A program of CommonJS; code that starts it as a thread. */
function thread(name: string, code: string, options = '{}'): string {
  const path = join(app.folder, `${name}.cjs`)
  writeFileSync(path, code)
  const started = `new (require('node:worker_threads').Worker)(${JSON.stringify(path)}, ${options})`
  return `${started}.on('error', (error) => console.log(error.message))`
}

function program(name: string, code: string): string[] {
  const path = join(app.folder, name)
  writeFileSync(path, code)
  return [path]
}

describe.each(nodes)('threads of a program that went to another folder, $name', ({ path: node }) => {
  test('have the reporter', async () => {
    const code = `process.chdir('/'); process.chdir('/tmp'); ${thread('thread', say)}`
    const flags = ['--expose-gc', '--no-warnings', '--stack-size=900', ...register, ...program('leaves.cjs', code)]
    const { stdout, stderr, code: status } = await app.evaluate('', { node, flags })
    expect({ stdout, stderr, status }).toEqual({ stdout: `object --no-warnings --import ${file}\n`, stderr: '', status: 0 })
  })
})

describe('threads of a program that went to another folder', () => {
  const run = (code: string, options: Parameters<Zombies['evaluate']>[1] = {}) =>
    app.evaluate('', { ...options, flags: [...(options.flags ?? register), ...program('main.cjs', code)] })

  test('have it where NODE_OPTIONS named it', async () => {
    const environment = { NODE_OPTIONS: register.join(' ') }
    const { stdout } = await run(`process.chdir('/'); ${thread('thread', say)}`, { flags: [], environment })
    expect(stdout).toBe('object \n')
  })

  test('have it when threads start them', async () => {
    const { stdout } = await run(`process.chdir('/'); ${thread('outer', thread('inner', say))}`)
    expect(stdout).toBe(`object --import ${file}\n`)
  })

  test('have it in an environment of their own', async () => {
    const { stdout } = await run(`process.chdir('/'); ${thread('thread', say, "{ env: { A: '1' } }")}`)
    expect(stdout).toBe(`object --import ${file}\n`)
  })

  test('have their own options when they were given some', async () => {
    const { stdout } = await run(`process.chdir('/'); ${thread('thread', say, "{ execArgv: ['--no-warnings'] }")}`)
    expect(stdout).toBe('undefined --no-warnings\n')
  })

  test('are of the class that ECMAScript modules import', async () => {
    thread('thread', say)
    const code = `import threads, { Worker } from 'node:worker_threads'
      const First = Worker
      process.chdir('/')
      const thread = new Worker(${JSON.stringify(join(app.folder, 'thread.cjs'))})
      console.log(Worker === threads.Worker, thread instanceof Worker, thread instanceof First, Worker.name)`
    const { stdout } = await app.evaluate('', { flags: [...register, ...program('main.mjs', code)] })
    expect(stdout.split('\n').sort()).toEqual(['', `object --import ${file}`, 'true true true Worker'])
  })

  test('are those of Node.js when a file was named, and when nobody goes away', async () => {
    const isPlain = "console.log(/extends EventEmitter/.test(require('node:worker_threads').Worker))"
    const gone = await run(`process.chdir('/'); ${isPlain}`, { flags: ['--import', file] })
    const stayed = await run(isPlain)
    expect([gone.stdout, stayed.stdout]).toEqual(['true\n', 'true\n'])
  })

  test('change nothing of how process.chdir fails', async () => {
    const { stdout } = await run(
      "try { process.chdir('/nowhere') } catch ({ code, stack }) { console.log(code, stack.includes('main.cjs'), stack.includes('bundle')) }",
    )
    expect(stdout).toBe('ENOENT true false\n')
  })
})

test.each([
  ['of its own', "{ env: { A: '1' } }"],
  ['without anything', '{ env: {} }'],
])('a thread with an environment %s belongs to its process', async (_, options) => {
  const ask = "require('@crashkeep/reporter'); console.log(globalThis[Symbol.for('crashkeep.reporter')].processType)"
  const asks = thread('asks', ask, options)
  const [child = ''] = program('child.cjs', asks)
  const code = `${asks}; require('node:child_process').fork(${JSON.stringify(child)})`
  const { stdout } = await app.evaluate('', { flags: [...register, ...program('main.cjs', code)] })
  expect(stdout.split('\n').sort()).toEqual(['', 'browser', 'node'])
})
