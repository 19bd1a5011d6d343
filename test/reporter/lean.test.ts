/** What the reporter costs a healthy process; `node bench/reporter.ts` has the figures. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { root } from '../harness/server.ts'
import { register, zombies } from './zombies.ts'

const undo = undoAfterAll()
const memoryProgram = join(root, 'bench/reporter-memory.mjs')
const runTimeoutMs = 60_000
const processes = 5
/** Twice the aim: V8 takes memory by the quarter of a megabyte. It was 5000 when everything was imported. */
const mostKilobytes = 2048
/** Each of them takes a quarter of a megabyte or more in a program that does not use it; streams come also with an import of `node:fs`. */
const costly = ['child_process', 'crypto', 'http', 'https', 'net', 'stream', 'v8', 'worker_threads', 'zlib', 'internal/fs/streams']

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
}

beforeAll(installNodes)

describe.each(nodes)('a healthy process, $name', ({ path: node }) => {
  test.each([
    ['import', "import('@crashkeep/reporter').then(({ crashReporter }) => begin(crashReporter))", []],
    ['require', "begin(require('@crashkeep/reporter').crashReporter)", []],
    ['register', 'begin(process.crashReporter)', register],
  ])('loads nothing of Node.js that costs, %s', async (_, code, flags) => {
    // Before anything is printed: that loads more.
    const begin = `const before = new Set(process.moduleLoadList);
      function begin(reporter) {
        reporter.start({ submitURL: 'http://127.0.0.1:9/' });
        setImmediate(() => { const loaded = process.moduleLoadList.filter((name) => !before.has(name)); console.log(JSON.stringify(loaded)) })
      }`
    const app = zombies(temporaryFolder(undo, 'lean'))
    const { stdout, stderr } = await app.evaluate(`${begin} ${code}`, { node, flags })
    expect(stderr).toBe('')
    const loaded: unknown = JSON.parse(stdout)
    const names = Array.isArray(loaded) ? loaded.map((name) => String(name).replace('NativeModule ', '')) : []
    expect(names.filter((name) => costly.includes(name))).toEqual([])
  })

  test('takes little memory and no thread', () => {
    const folder = temporaryFolder(undo, 'lean')
    const measured = (what: string): { kilobytes: number; threads: number } =>
      JSON.parse(execFileSync(node, [memoryProgram, 'bare', what, folder], { encoding: 'utf8', timeout: runTimeoutMs }))
    measured('reporter')
    const pairs = Array.from({ length: processes }, () => [measured('nothing'), measured('reporter')] as const)
    const more = (part: 'kilobytes' | 'threads'): number =>
      median(pairs.map(([without, withReporter]) => withReporter[part] - without[part]))
    expect(more('kilobytes')).toBeLessThan(mostKilobytes)
    expect(more('threads')).toBe(0)
  })
})
