/** Two hundred reports lack one module; its symbols come, and everything gets its function while new reports are still answered and processed. */
import { join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { Group, SymbolModulePage } from '@crashkeep/server/api-types'
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
const patienceMs = 600_000
/** Four each second: a lot for a program with one group that crashes. A slow machine gets a tenth of what it can do. */
const newReportEveryMs = 250
const partOfItsWork = 0.1
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

  const send = async (place: number) => {
    sent += 1
    return acknowledged(sendForm(server.ingestUrl, { dump: dump(place, sent), fields: { prod: 'app', ver: '1' } }))
  }
  const groups = async () => JSON.parse((await server.ask('/api/v1/groups?project=default&limit=100')).text) as { items: Group[] }

  const missing = async () =>
    (JSON.parse((await server.ask('/api/v1/symbols?project=default&missing=true')).text) as SymbolModulePage).items

  test('name all of them within a minute, each group soon, and keep nobody waiting', { timeout: 2 * patienceMs }, async () => {
    const startedAt = Date.now()
    // One place after the other, so that neither the oldest nor the newest reports know all of them.
    const ids: string[] = []
    for (let n = 0; n < reports; n += together) {
      const place = Math.floor((n * places) / reports)
      ids.push(...(await Promise.all(Array.from({ length: together }, () => send(place)))))
    }
    const before = await until('all reports to be processed', patienceMs, async () => {
      const found = await groups()
      return found.items.reduce((sum, { count }) => sum + count, 0) === reports ? found.items : undefined
    })
    expect(before.map(({ signature }) => signature).sort()[0]).toMatch(/^app\+0x/)

    // The same work, so a machine that has other things to do is known by it.
    const firstTookMs = Date.now() - startedAt
    const everyMs = Math.max(newReportEveryMs, firstTookMs / reports / partOfItsWork)
    const uploadedAt = Date.now()
    const upload = await server.ask('/api/v1/symbols?project=default', { method: 'POST', body: Buffer.from(symbols) })
    expect(JSON.parse(upload.text)).toMatchObject({ outcome: 'stored', reprocessing: reports })

    let waitedMs = 0
    let lastSentAt = 0
    const late: string[] = []
    await until('all reports to have their symbols', patienceMs, async () => {
      const asked = Date.now()
      if (asked - lastSentAt < everyMs) return undefined
      lastSentAt = asked
      late.push(await send(late.length % places))
      waitedMs = Math.max(waitedMs, Date.now() - asked)
      return (await missing()).length === 0 ? true : undefined
    })
    const tookMs = Date.now() - uploadedAt
    expect(tookMs).toBeLessThan(Math.max(symbolicatedWithinMs, 3 * firstTookMs))
    expect(late.length).toBeGreaterThan(0)
    expect(waitedMs).toBeLessThan(answeredWithinMs)
    expect(await doneWhenAllAreNamed(ids)).toBeLessThan(reports / 2)
    for (const id of late) expect((await server.finishedReport(id, patienceMs)).signature).toMatch(/^app::Place/)

    const after = (await groups()).items
    expect(after).toHaveLength(places)
    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
  })

  /** How many of the reports were done when every place had its name for the first time. */
  async function doneWhenAllAreNamed(ids: readonly string[]): Promise<number> {
    const done = await Promise.all(ids.map((id) => server.finishedReport(id, patienceMs)))
    const inOrder = done.sort((a, b) => Date.parse(a.processedAt ?? '') - Date.parse(b.processedAt ?? ''))
    const signatures = inOrder.map(({ signature }) => signature)
    return Math.max(...[...new Set(signatures)].map((each) => signatures.indexOf(each)))
  }
})
