/** Two hundred reports lack one module; its symbols come, and everything gets its function while new reports are still answered and processed. */
import { join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { Group, Report, SymbolModulePage } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { acknowledged, sendForm } from '../harness/upload.ts'

const reports = 200
/** Offsets of crashes, each a group of its own before the symbols are there. */
const places = 8
const buildId = '00112233445566778899aabbccddeeff00112233'
const debugId = '33221100554477668899AABBCCDDEEFF0'
const symbolicatedWithinMs = 60_000
/** Sent at once. */
const together = 10
const patienceMs = 150_000
/** Four each second: a lot for a program with one group that crashes. */
const newReportEveryMs = 250
/** Senders give up after a minute; a busy server of two cores answers within a part of it. */
const answeredWithinMs = 10_000

function dump(place: number, number: number): Uint8Array {
  const context = { registers: { rip: 0x400000 + 0x1000 + place * 0x100 + 0x10, rsp: 0x7fff0000 } }
  return synthDump({
    timestamp: 1_700_000_000 + number,
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/app', buildId }],
    threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, BigInt(number)]), context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
}

const symbols = [
  `MODULE Linux x86_64 ${debugId} app`,
  ...Array.from({ length: places }, (_, place) => `FUNC ${(0x1000 + place * 0x100).toString(16)} 100 0 app::Place${place}()`),
  '',
].join('\n')

describe('symbols that two hundred reports lacked', () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let sent = 0

  beforeAll(async () => {
    server = await startServer({ dataDir: join(temporaryFolder(undo, 'reprocess'), 'data') })
    undo(() => server.stop())
  })

  const send = async () => {
    sent += 1
    return acknowledged(sendForm(server.ingestUrl, { dump: dump(sent % places, sent), fields: { prod: 'app', ver: '1' } }))
  }
  const groups = async () => JSON.parse((await server.ask('/api/v1/groups?project=default&limit=100')).text) as { items: Group[] }
  const newest = async () => JSON.parse((await server.ask('/api/v1/reports?project=default&limit=200')).text) as { items: Report[] }

  const missing = async () =>
    (JSON.parse((await server.ask('/api/v1/symbols?project=default&missing=true')).text) as SymbolModulePage).items

  test('name all of them within a minute, each group soon, and keep nobody waiting', async () => {
    const startedAt = Date.now()
    for (let n = 0; n < reports; n += together) await Promise.all(Array.from({ length: together }, send))
    const before = await until('all reports to be processed', patienceMs, async () => {
      const found = await groups()
      return found.items.reduce((sum, { count }) => sum + count, 0) === reports ? found.items : undefined
    })
    expect(before.map(({ signature }) => signature).sort()[0]).toMatch(/^app\+0x/)

    // The same work, so a machine that has other things to do is known by it.
    const firstTookMs = Date.now() - startedAt
    const uploadedAt = Date.now()
    const upload = await server.ask('/api/v1/symbols?project=default', { method: 'POST', body: Buffer.from(symbols) })
    expect(JSON.parse(upload.text)).toMatchObject({ outcome: 'stored', reprocessing: reports })

    let waitedMs = 0
    let namedGroupsFirst: number | undefined
    let lastSentAt = 0
    const late: string[] = []
    await until('all reports to have their symbols', patienceMs, async () => {
      const asked = Date.now()
      if (asked - lastSentAt < newReportEveryMs) return undefined
      lastSentAt = asked
      late.push(await send())
      waitedMs = Math.max(waitedMs, Date.now() - asked)
      const items = (await newest()).items
      const done = items.filter(({ signature }) => signature?.startsWith('app::Place') === true)
      const named = new Set(done.map(({ signature }) => signature))
      // How many were done when every place had its name for the first time.
      if (named.size === places) namedGroupsFirst ??= done.length
      return (await missing()).length === 0 ? true : undefined
    })
    const tookMs = Date.now() - uploadedAt
    expect(tookMs).toBeLessThan(Math.max(symbolicatedWithinMs, 3 * firstTookMs))
    expect(late.length).toBeGreaterThan(0)
    expect(waitedMs).toBeLessThan(answeredWithinMs)
    expect(namedGroupsFirst).toBeLessThan(reports)
    for (const id of late) expect((await server.finishedReport(id, patienceMs)).signature).toMatch(/^app::Place/)

    const after = (await groups()).items
    expect(after).toHaveLength(places)
    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
  })
})
