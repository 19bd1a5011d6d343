/** From `crashReporter.start` in a Node.js program to the report on Crashkeep's own server. */
import { CrashDatabase } from '@crashkeep/reporter/database'
import { expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { zombies } from './zombies.ts'

const uploadMs = 30_000
const processingMs = 60_000
const undo = undoAfterAll()

test('a crash of a program is explained on the server, whose id the program learns', async () => {
  const folder = temporaryFolder(undo, 'reporter-server')
  const server = await startServer({ dataDir: `${folder}/data` })
  undo(() => server.stop())
  const app = zombies(folder)
  const options = { submitURL: server.ingestUrl, globalExtra: { release: '1.4.2' }, extra: { role: 'frontend' } }
  await app.run([['start', options], ['call', ['addExtraParameter', 'customer', 'c-1042']], ['crash']])
  const database = new CrashDatabase(app.crashDumps)
  const id = await until('the upload', uploadMs, () => database.stored()[0]?.remoteId)
  const report = await server.finishedReport(id, processingMs)
  expect(report).toMatchObject({
    state: 'processed',
    kind: 'minidump',
    dialect: 'crashpad',
    processType: 'browser',
    product: 'Zombies',
    version: '1.2.3',
  })
  const answer = await server.ask(`/api/v1/reports/${id}`)
  for (const text of ['1.4.2', 'frontend', 'c-1042', 'SIGSEGV']) expect(answer.text).toContain(text)
  const { answers } = await app.run([
    ['start', options],
    ['call', ['getLastCrashReport']],
  ])
  expect(answers).toEqual([expect.objectContaining({ id })])
})
