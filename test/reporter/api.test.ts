/** The acceptance list of Electron's crashReporter (spec/api-crash-reporter-spec.ts), case by case; renderers are children and threads here. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CrashDatabase, deliver } from '@crashkeep/reporter/database'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installNodes, nodes } from '../harness/peer-nodes.ts'
import { compile } from '../harness/programs.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { type Collector, idAnswer, type ReceivedCrash, startCollector } from './collector.ts'
import { installOldNodes, oldNodes } from './old-nodes.ts'
import { dumpThatSays } from './reports.ts'
import { type Ended, type RunOptions, register, type Steps, type Zombies, zombies } from './zombies.ts'

const filesMs = 20_000
const undo = undoAfterAll()
let collector: Collector
let app: Zombies
let count = 0

beforeEach(async () => {
  count += 1
  collector = await startCollector(undo)
  app = zombies(temporaryFolder(undo, `api-${count}`))
})

/** What Electron's fixture starts with. */
function start(more: Readonly<Record<string, unknown>> = {}): readonly [string, unknown] {
  const extra = { mainProcessSpecific: 'mps' }
  return ['start', { submitURL: collector.url, compress: false, companyName: 'Umbrella Corporation', extra, ...more }]
}

async function crashOf(steps: Steps, options?: RunOptions): Promise<ReceivedCrash> {
  await app.run(steps, options)
  return collector.next()
}

const kinds = [
  ['main', 'browser', (steps: Steps): Steps => steps],
  ['forked child', 'node', (steps: Steps): Steps => [['fork', steps]]],
  ['child of a child', 'node', (steps: Steps): Steps => [['fork', [['fork', steps]]]]],
  ['cluster worker', 'node', (steps: Steps): Steps => [['cluster', steps]]],
] as const

describe('a crash', () => {
  test.each(kinds)('of a %s sends a minidump that says what Electron says', async (_, type, inside) => {
    const crash = await crashOf([start(), ...inside([['crash']])])
    expect(Object.fromEntries(crash.fields)).toMatchObject({
      prod: 'Node.js',
      ver: process.versions.node,
      ptype: type,
      process_type: type,
      platform: process.platform,
      _productName: 'Zombies',
      _version: '1.2.3',
      _companyName: 'Umbrella Corporation',
    })
    expect(crash.fields.get('mainProcessSpecific')).toBe(type === 'browser' ? 'mps' : undefined)
    expect(crash.fields.get('guid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(crash.files.get('upload_file_minidump')?.bytes.toString('latin1', 0, 4)).toBe('MDMP')
    expect(crash.headers['content-encoding']).toBeUndefined()
  })

  test('of a worker thread is one of its process', async () => {
    const crash = await crashOf([start(), ['worker', [['crash']]]])
    expect(crash.fields.get('ptype')).toBe('browser')
    expect(crash.fields.get('_productName')).toBe('Zombies')
  })

  test('of a spawned child is sent when NODE_OPTIONS was asked for', async () => {
    const crash = await crashOf([start({ nodeOptions: true }), ['spawn', [['crash']]]])
    expect(crash.fields.get('ptype')).toBe('node')
  })

  test('kills a program that never started the reporter as before', async () => {
    const ended = await app.run([['crash']])
    expect(ended.signal).toBe('SIGSEGV')
    expect(collector.crashes).toEqual([])
  })

  test('ends with the signal it would end with, and prints nothing', async () => {
    const ended = await app.run([start(), ['crash']])
    expect(ended).toMatchObject({ signal: 'SIGSEGV', stdout: '', stderr: '' })
  })

  test('has the same guid each time', async () => {
    await app.run([start(), ['crash']])
    const first = await collector.next()
    await app.run([start(), ['fork', [['crash']]]])
    const second = await collector.next(2)
    expect(second.fields.get('guid')).toBe(first.fields.get('guid'))
  })

  test('is sent compressed by default', async () => {
    const crash = await crashOf([start({ compress: true }), ['crash']])
    expect(crash.headers['content-encoding']).toBe('gzip')
    expect(crash.url).toBe(`/i/key?product=Node.js&version=${process.versions.node}&guid=${crash.fields.get('guid')}`)
  })
})

describe('an exhausted heap', () => {
  const small: RunOptions = { flags: [...register, '--max-old-space-size=40'] }
  const heapKeys = ['electron.v8-oom.heap.used', 'electron.v8-oom.heap.limit', 'electron.v8-oom.heap.total']

  test.each([
    ['of a child', 'fillHeap', /fillHeap/],
    ['of a child inside JSON.stringify', 'fillHeapInJson', /fillHeapInJson/],
  ])('%s is reported with the JavaScript stack and the figures of the heap', async (_, way, stack) => {
    const { fields } = await crashOf([start(), ['fork', [[way]]]], small)
    expect(fields.get('electron.v8-oom.stack')).toMatch(stack)
    for (const key of heapKeys) expect(fields.get(key)).toMatch(/^\d+$/)
    expect(fields.get('ptype')).toBe('node')
  })

  test('of a worker thread is an error of its program, and reported as that', async () => {
    const { fields } = await crashOf([start(), ['worker', [['fillHeap']]]], small)
    expect(fields.get('js.message')).toMatch(/memory limit/)
    expect(fields.get('js.stack')).toMatch(/\n +at /)
    expect(fields.get('js.heap.used')).toMatch(/^\d+$/)
  })
})

test('a fatal error of V8 in a child is reported with the place and the message that V8 gave', async () => {
  const headers = join(root, `node_modules/node-linux-${process.arch}/include/node`)
  const flags = ['-std=c++20', '-shared', '-fPIC', `-isystem${headers}`]
  const addon = await compile('v8-fatal.cc', join(app.folder, 'v8-fatal.node'), flags)
  const { fields } = await crashOf([start(), ['fork', [['failInV8', addon]]]])
  expect(Object.fromEntries(fields)).toMatchObject({
    'electron.v8-fatal.location': 'v8::Context::New()',
    'electron.v8-fatal.message': 'Circular extension dependency',
    _productName: 'Zombies',
    ptype: 'node',
  })
})

describe('children', () => {
  test('run with the arguments that they were given', async () => {
    const { answers } = await app.run([start(), ['forkSeen', [['arguments', 0]]]])
    const [seen, given] = answers as [{ argv: string[]; execArgv: string[] }, unknown]
    expect(seen.argv.slice(1)).toEqual([join(app.folder, 'app.mjs'), '[["arguments",0]]'])
    expect(given).toEqual({ code: 0, spawnargs: [seen.argv[0], ...seen.execArgv, ...seen.argv.slice(1)] })
    expect(seen.execArgv).toEqual(['--import', expect.stringMatching(/^file:\/\/.*\/register\.js$/)])
  })

  test('run from another folder', async () => {
    const crash = await crashOf([start(), ['chdir', '/'], ['fork', [['crash']]]])
    expect(crash.fields.get('ptype')).toBe('node')
  })

  test('may start with settings of their own', async () => {
    const other = await startCollector(undo)
    const own = { submitURL: other.url, productName: 'Child', crashesDirectory: join(app.folder, 'own crashes') }
    await app.run([start(), ['fork', [['startOwn', own], ['crash']]]])
    const crash = await other.next()
    expect(crash.fields.get('_productName')).toBe('Child')
    expect(collector.crashes).toEqual([])
  })

  test('see nothing of ours in NODE_OPTIONS unless it was asked for', async () => {
    const { answers } = await app.run([start(), ['environment', 'NODE_OPTIONS']])
    expect(answers).toEqual([null])
  })

  test('of a program that has the reporter by NODE_OPTIONS run in any folder and on any Node.js', async () => {
    await installOldNodes()
    const options: RunOptions = { flags: [], environment: { NODE_OPTIONS: '--no-deprecation --import @crashkeep/reporter/register' } }
    const old: Steps = oldNodes.map((node) => ['run', [node, '-e', 'console.log(1)']])
    const ended = await app.run([start(), ['chdir', '/'], ...old, ['spawn', [['crash']]], ['environment', 'NODE_OPTIONS']], options)
    expect((await collector.next()).fields.get('ptype')).toBe('node')
    expect(ended.answers).toEqual([
      ...oldNodes.map(() => ({ code: 0, stdout: '1\n', stderr: '' })),
      expect.stringMatching(/^--no-deprecation --require=\/.*register-anywhere\.cjs$/),
    ])
  })

  test('of another runtime and of an older Node.js just run', async () => {
    await installOldNodes()
    const script = 'console.log(typeof process.crashReporter)'
    const runs: Steps = oldNodes.map((node) => ['run', [node, '-e', script]])
    const { answers } = await app.run([
      start({ nodeOptions: true }),
      ['run', ['sh', '-c', 'echo 1']],
      ['run', [process.execPath, '-e', script]],
      ...runs,
    ])
    const [shell, same, ...older] = answers
    expect(shell).toEqual({ code: 0, stdout: '1\n', stderr: '' })
    expect(same).toEqual({ code: 0, stdout: 'object\n', stderr: '' })
    expect(older).toEqual(oldNodes.map(() => ({ code: 0, stdout: 'undefined\n', stderr: '' })))
  })
})

describe.each(nodes)('$name', ({ path: node }) => {
  beforeAll(installNodes)

  test('sends crashes of the program, its children and its threads, and prints nothing', async () => {
    const ended = await app.run([start(), ['fork', [['crash']]], ['spawn', [['throw', 'no reporter here']]], ['worker', [['crash']]]], {
      node,
    })
    await collector.next(2)
    // Two handlers send them, the faster one first.
    expect(collector.crashes.map(({ fields }) => `${fields.get('ptype')} ${fields.get('prod')}`).sort()).toEqual([
      'browser Node.js',
      'node Node.js',
    ])
    expect(ended.signal).toBe('SIGSEGV')
    expect(ended.stderr).toMatch(/^(?!.*Warning).*Error: no reporter here/s)
  })

  test('takes the reporter by require', async () => {
    const code = `require('@crashkeep/reporter').crashReporter.start({ submitURL: '${collector.url}' }); process.kill(process.pid, 'SIGABRT')`
    const { stderr } = await app.evaluate(code, { node })
    expect((await collector.next()).fields.get('ptype')).toBe('browser')
    expect(stderr).toBe('')
  })
})

describe('parameters', () => {
  test.each(kinds.slice(1))('added in a %s go with its crash, removed ones do not', async (_, __, inside) => {
    const words: Steps = [
      ['call', ['addExtraParameter', 'rendererSpecific', 'rs']],
      ['call', ['addExtraParameter', 'addedThenRemoved', 'to-be-removed']],
      ['call', ['removeExtraParameter', 'addedThenRemoved']],
      ['crash'],
    ]
    const { fields } = await crashOf([start(), ...inside(words)])
    expect(fields.get('rendererSpecific')).toBe('rs')
    expect([fields.has('addedThenRemoved'), fields.has('mainProcessSpecific')]).toEqual([false, false])
  })

  test('added fifty times after the start arrive all', async () => {
    const { fields } = await crashOf([start(), ['fork', [['many', 50], ['crash']]]])
    for (let i = 0; i < 50; i++) expect(fields.get(`dyn-key-${i}`)).toBe(`dyn-val-${i}`)
  })

  test('of 100,000 characters are cut to 20,320', async () => {
    const { fields } = await crashOf([start({ extra: { longParam: 'a'.repeat(100_000) } }), ['crash']])
    expect(fields.get('longParam')).toBe('a'.repeat(160 * 127))
  })

  test('with a name of more than 39 bytes are left out, with a warning, and are not cut to another name', async () => {
    const [at39, at40] = ['a'.repeat(39), 'a'.repeat(40)]
    const extra = { [at39]: '39', [`${at39}b`]: '40', [`${at40}c`]: '41' }
    const added: Steps = [
      ['call', ['addExtraParameter', `${at39.slice(1)}x`, '39 later']],
      ['call', ['addExtraParameter', `${at40}x`, '41 later']],
    ]
    // A warning is printed a moment after it was given.
    const ended = await app.run([start({ extra }), ...added, ['wait', 1], ['crash']])
    const { fields } = await collector.next()
    expect([...fields].filter(([name]) => /^a{30}/.test(name))).toEqual([
      [at39, '39'],
      [`${at39.slice(1)}x`, '39 later'],
    ])
    expect(ended.stderr).toContain(`The crash key name, '${at40}x', is longer than 40 bytes, ignoring it.`)
  })

  test.each(kinds)('that are global go with a crash of a %s', async (_, __, inside) => {
    const { fields } = await crashOf([start({ globalExtra: { globalParam: 'globalValue', 'with=sign': 'a,b' } }), ...inside([['crash']])])
    expect([fields.get('globalParam'), fields.get('with=sign')]).toEqual(['globalValue', 'a,b'])
  })

  test('that are global win over those of the main process and of a child', async () => {
    const global = { globalExtra: { mainProcessSpecific: 'global' } }
    expect((await crashOf([start(global), ['crash']])).fields.get('mainProcessSpecific')).toBe('global')
    await app.run([start(global), ['fork', [['call', ['addExtraParameter', 'mainProcessSpecific', 'child']], ['crash']]]])
    expect((await collector.next(2)).fields.get('mainProcessSpecific')).toBe('global')
  })

  test('with an empty name do not end all reporting', async () => {
    const { fields } = await crashOf([start({ globalExtra: { '': 'x', kept: 'y' }, extra: { '': 'z' } }), ['crash']])
    expect([fields.get('kept'), fields.has('')]).toEqual(['y', false])
  })

  test('can be read: those of the start, added and removed ones', async () => {
    const ended = await app.run([
      start({ extra: { extra1: 'hi' }, globalExtra: { unseen: 'x' } }),
      ['call', ['getParameters']],
      ['call', ['addExtraParameter', 'hello', 'world']],
      ['call', ['getParameters']],
      ['call', ['removeExtraParameter', 'hello']],
      ['call', ['getParameters']],
    ])
    expect(ended.answers).toEqual([{ extra1: 'hi' }, null, { extra1: 'hi', hello: 'world' }, null, { extra1: 'hi' }])
  })

  test.each(['fork', 'worker'])('can be read in a child made by %s, which sees its own only', async (way) => {
    const { answers } = await app.run([
      start(),
      [
        way,
        [
          ['call', ['addExtraParameter', 'hello', 'world']],
          ['call', ['getParameters']],
        ],
      ],
    ])
    expect(answers).toEqual([null, { hello: 'world' }])
  })

  test('that are no strings are refused in the words of Electron', async () => {
    const { answers } = await app.run([
      ['fails', ['start', { submitURL: collector.url, extra: { nested: { a: 1 } } }]],
      ['fails', ['addExtraParameter', 'key', 5]],
    ])
    expect(answers).toEqual([
      'Error processing argument at index 6, conversion failure from #<Object>',
      'Error processing argument at index 1, conversion failure from 5',
    ])
  })
})

describe('reports', () => {
  test('are not sent while uploadToServer is off, and are kept', async () => {
    await app.run([start({ uploadToServer: false }), ['fork', [['crash']]]])
    await filesAppear(join(app.crashDumps, 'completed'))
    expect(collector.crashes).toEqual([])
  })

  test('are listed when they were uploaded, with the time and the id of the server', async () => {
    collector.answer = idAnswer('abc-123-def-456-abc-789-abc-123-abcd')
    const before = await app.run([start(), ['call', ['getUploadedReports']], ['call', ['getLastCrashReport']], ['crash']])
    const { answers } = await app.run([start(), ['uploaded', 0], ['call', ['getLastCrashReport']], ['call', ['getUploadedReports']]])
    const [last, all] = answers as [{ id: string; date: string }, { id: string }[]]
    expect(before.answers).toEqual([])
    expect(last.id).toBe('abc-123-def-456-abc-789-abc-123-abcd')
    expect(Math.abs(Date.now() - Date.parse(last.date))).toBeLessThan(30_000)
    expect(all).toEqual([last])
  })

  test('are listed the newest first', async () => {
    const database = new CrashDatabase(app.crashDumps)
    database.setUploadsEnabled(true)
    const newest = Date.now()
    for (const minutesAgo of [3, 1, 2]) {
      collector.answer = idAnswer(`${minutesAgo} minutes ago`)
      database.add(dumpThatSays({ clientId: database.clientId }))
      const now = (): number => newest - minutesAgo * 60_000
      await deliver(database.folder, { submitURL: collector.url }, { now, lingerMs: 0, environment: {} })
    }
    const { answers } = await app.run([start(), ['call', ['getLastCrashReport']], ['call', ['getUploadedReports']]])
    const [last, all] = answers as [{ id: string }, { id: string }[]]
    expect(all.map(({ id }) => id)).toEqual(['1 minutes ago', '2 minutes ago', '3 minutes ago'])
    expect(last).toEqual(all[0])
  })

  test('that wait are not listed as uploaded', async () => {
    await app.run([start({ uploadToServer: false }), ['crash']])
    await filesAppear(join(app.crashDumps, 'completed'))
    const { answers } = await app.run([
      start({ uploadToServer: false }),
      ['call', ['getUploadedReports']],
      ['call', ['getLastCrashReport']],
    ])
    expect(answers).toEqual([[], null])
  })

  test('lie in the folder for temporary files when that of the user cannot be made, and nowhere when none can', async () => {
    const ask: Steps[number] = ['call', ['getCrashesDirectory']]
    const fallen = await app.run([start(), ask], { environment: { XDG_CONFIG_HOME: '/proc/none' } })
    expect(fallen.answers).toEqual([join(app.folder, '..', 'Zombies Crashes')])
    expect(fallen.stderr).toContain('Crash reports are kept in')
    const none = await app.run([start(), ['call', ['getUploadedReports']]], {
      environment: { XDG_CONFIG_HOME: '/proc/none', TMPDIR: '/proc/none' },
    })
    expect(none).toMatchObject({ code: 0, answers: [[]], stderr: expect.stringContaining('There is no place for crash reports') })
  })

  test('lie inside the folder of the user', async () => {
    const { answers } = await app.run([
      ['path', 'crashDumps'],
      ['path', 'userData'],
      ['call', ['getCrashesDirectory']],
    ])
    expect(answers).toEqual([app.crashDumps, join(app.crashDumps, '..'), app.crashDumps])
  })

  test.each(kinds)('of a %s are files when they are not sent', async (_, __, inside) => {
    await app.run([start({ uploadToServer: false }), ...inside([['crash']])])
    await filesAppear(join(app.crashDumps, 'completed'))
  })

  test.each(kinds)('of a %s lie where setPath told', async (_, __, inside) => {
    const moved = join(app.folder, 'moved')
    await app.run([['setPath', ['crashDumps', moved]], start({ uploadToServer: false }), ...inside([['crash']])])
    await filesAppear(join(moved, 'completed'))
  })
})

describe('start', () => {
  test('needs submitURL when reports are to be sent', async () => {
    const { answers } = await app.run([
      ['fails', ['start', {}]],
      ['fails', ['start', { submitURL: '' }]],
      ['fails', ['start', { uploadToServer: false }]],
    ])
    const sentence = 'submitURL must be specified when uploadToServer is true'
    expect(answers).toEqual([sentence, sentence, 'nothing thrown'])
  })

  test('twice changes nothing and throws nothing', async () => {
    const { answers } = await app.run([
      start(),
      ['fails', ['start', { submitURL: 'http://127.0.0.1:9/', extra: { other: 'x' } }]],
      ['call', ['getParameters']],
    ])
    expect(answers).toEqual(['nothing thrown', { mainProcessSpecific: 'mps' }])
  })

  test('lets getUploadToServer tell what was chosen', async () => {
    const ask: Steps[number] = ['call', ['getUploadToServer']]
    expect(
      (await app.run([ask, start(), ask, ['call', ['setUploadToServer', false]], ask, ['call', ['setUploadToServer', true]], ask])).answers,
    ).toEqual([false, true, null, false, null, true])
    expect((await app.run([start({ uploadToServer: false }), ask])).answers).toEqual([false])
  })

  test('works without --import, and leaves children alone then', async () => {
    const ended: Ended = await app.run([start(), ['fork', [['arguments', 0]]]], { flags: [] })
    expect((ended.answers as { execArgv: string[] }[])[0]?.execArgv).toEqual([])
    expect(register).toHaveLength(2)
  })
})

describe('the reporter of Electron up to 8', () => {
  const old: RunOptions = { environment: { OLD_API: 'yes' } }

  test('needs companyName and submitURL', async () => {
    const { answers } = await app.run(
      [
        ['fails', ['start', { submitURL: 'http://127.0.0.1:9/' }]],
        ['fails', ['start', { companyName: 'Umbrella Corporation' }]],
        ['fails', ['getLastCrashReport']],
        ['call', ['getCrashesDirectory']],
      ],
      old,
    )
    expect(answers).toEqual([
      'companyName is a required option to crashReporter.start',
      'submitURL is a required option to crashReporter.start',
      'crashReporter has not been started',
      null,
    ])
  })

  test('changes extra by a second start, and by null', async () => {
    const { fields } = await crashOf(
      [
        start({ extra: { extra1: 'one', extra3: 'three' } }),
        start({ extra: { extra1: 'one', extra2: 'two' } }),
        ['call', ['setExtraParameter', 'extra4', 'four']],
        ['call', ['setExtraParameter', 'extra4', null]],
        ['crash'],
      ],
      old,
    )
    expect(['extra1', 'extra2', 'extra3', 'extra4'].map((name) => fields.get(name))).toEqual(['one', 'two', undefined, undefined])
    expect(fields.get('_companyName')).toBe('Umbrella Corporation')
  })

  test('keeps reports in the folder for temporary files, which may be moved', async () => {
    const ask: Steps[number] = ['call', ['getCrashesDirectory']]
    expect((await app.run([start(), ask], old)).answers).toEqual([join(app.folder, '..', 'Zombies Crashes')])
    expect((await app.run([['setPath', ['temp', join(app.folder, 'custom')]], start(), ask], old)).answers).toEqual([
      join(app.folder, 'custom/Zombies Crashes'),
    ])
  })

  test.each(['fork', 'worker'])('lets nobody but the main process decide on uploads (%s)', async (way) => {
    const { answers } = await app.run(
      [
        start(),
        [
          way,
          [
            ['fails', ['getUploadToServer']],
            ['fails', ['setUploadToServer', true]],
          ],
        ],
      ],
      old,
    )
    expect(answers).toEqual([
      'getUploadToServer can only be called from the main process',
      'setUploadToServer can only be called from the main process',
    ])
  })

  test('sends a crash of a child that started with a folder of its own', async () => {
    const own = {
      companyName: 'Umbrella Corporation',
      crashesDirectory: join(app.folder, 'child crashes'),
      submitURL: collector.url,
      extra: { childExtra: 'c' },
    }
    const { fields } = await crashOf([['fork', [['startOwn', own], ['crash']]]], old)
    expect([fields.get('process_type'), fields.get('childExtra')]).toEqual(['node', 'c'])
  })
})

async function filesAppear(folder: string): Promise<void> {
  const name = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.dmp$/
  await until(`a dump in ${folder}`, filesMs, () => {
    try {
      return readdirSync(folder).some((each) => name.test(each)) || undefined
    } catch {
      return undefined
    }
  })
}
