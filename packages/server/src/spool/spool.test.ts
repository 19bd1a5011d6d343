import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SpoolLimits } from './limits.ts'
import { encodeRecord } from './record.ts'
import { testReport } from './report-for-tests.ts'
import { Spool } from './spool.ts'
import type { SpoolReport } from './spool-report.ts'

let folder: string
let opened: Spool[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crashkeep-spool-'))
})
afterEach(async () => {
  await Promise.all(opened.map((spool) => spool.close().catch(() => undefined)))
  opened = []
  await rm(folder, { recursive: true, force: true })
})

async function open(limits: Partial<SpoolLimits> = {}): Promise<Spool> {
  const spool = await Spool.open({ folder, limits: { settleRetryFirstMs: 5, settleRetryMaxMs: 20, idleSegmentMs: 10, ...limits } })
  opened.push(spool)
  return spool
}

async function close(spool: Spool): Promise<void> {
  opened = opened.filter((each) => each !== spool)
  await spool.close()
}

const segments = async () => (await readdir(join(folder, 'segments'))).filter((name) => name !== 'spare')

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen within a minute')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('the spool', () => {
  it('settles files added to a report after the report, before and after a restart, and shows them as no report', async () => {
    const report = testReport()
    const addition = { ...testReport({ aliases: ['of nobody'] }), attachTo: report.id }
    const first = await open()
    await first.append(report)
    await first.append(addition)
    expect(await first.pending(addition.id)).toBeUndefined()
    await close(first)
    const second = await open()
    const settled: string[] = []
    let failures = 2
    second.startSettling(async ({ id, attachTo }) => {
      if (id === report.id && failures-- > 0) throw new Error('not yet')
      settled.push(attachTo ?? id)
    })
    await second.drained()
    expect(settled).toEqual([report.id, report.id])
    expect(failures).toBe(-1)
    expect(second.stats().pending).toBe(0)
  })

  it('gives back every part of a report, before and after a restart', async () => {
    const report = testReport({
      fields: [
        ['__proto__', 'é\u0000'],
        ['k', ''],
      ],
      bytes: Buffer.from([0, 1, 255]),
      aliases: ['bp-1'],
    })
    const first = await open()
    await first.append(report)
    expect(await first.pending(report.id)).toEqual(report)
    expect(await first.pending('bp-1')).toEqual(report)
    await close(first)
    const second = await open()
    expect(await second.pending(report.id)).toEqual(report)
    const settled: SpoolReport[] = []
    second.startSettling(async (each) => void settled.push(each))
    await second.drained()
    expect(settled).toEqual([report])
  })

  it('settles in the order of arrival and is empty afterwards', async () => {
    const spool = await open({ settleConcurrency: 1, segmentBytes: 1000 })
    const reports = Array.from({ length: 20 }, (_, i) => testReport({ fields: [['n', String(i)]] }))
    for (const report of reports) await spool.append(report)
    const settled: string[] = []
    spool.startSettling(async ({ id }) => void settled.push(id))
    await spool.drained()
    expect(settled).toEqual(reports.map(({ id }) => id))
    await until(async () => (await segments()).length === 0)
    expect(await spool.pending(reports[0]?.id ?? '')).toBeUndefined()
    expect(spool.stats()).toMatchObject({ pending: 0, segments: 0, appended: 20, settled: 20 })
  })

  it('shares one sync among all who wait', async () => {
    const spool = await open()
    await Promise.all(Array.from({ length: 200 }, () => spool.append(testReport())))
    expect(spool.stats().syncs).toBeLessThan(20)
  })

  it('keeps everything while the store is away, and settles each report once it is back', async () => {
    const spool = await open()
    const reports = Array.from({ length: 30 }, () => testReport())
    for (const report of reports) await spool.append(report)
    let away = true
    const settled: string[] = []
    spool.startSettling(async ({ id }) => {
      if (away) throw new Error('database down')
      settled.push(id)
    })
    await until(() => spool.stats().settleFailures >= 10)
    expect(spool.stats()).toMatchObject({ pending: 30, stuck: 0 })
    away = false
    await spool.drained()
    expect(settled.sort()).toEqual(reports.map(({ id }) => id).sort())
    expect(spool.stats().stuck).toBe(0)
  })

  it('sets a report aside that fails while others succeed, keeps it readable, and settles it later', async () => {
    const spool = await open({ segmentBytes: 1 })
    const bad = testReport({ fields: [['bad', '1']] })
    let fails = true
    spool.startSettling(async ({ id }) => {
      if (fails && id === bad.id) throw new Error('no blob can be made of this')
    })
    await spool.append(bad)
    await until(async () => {
      await spool.append(testReport())
      return spool.stats().stuck === 1
    })
    await spool.drained()
    expect(await spool.pending(bad.id)).toEqual(bad)
    expect((await readFile(join(folder, 'stuck', `${bad.id}.error.json`), 'utf8')).includes('no blob can be made')).toBe(true)
    await close(spool)

    const again = await open()
    expect(again.stats()).toMatchObject({ pending: 1, stuck: 1 })
    fails = false
    const settled: SpoolReport[] = []
    again.startSettling(async (report) => void settled.push(report))
    await until(() => again.stats().stuck === 0)
    expect(settled).toEqual([bad])
    expect(await readdir(join(folder, 'stuck'))).toEqual([])
  })

  it('reads up to the first torn record wherever the file is cut, and keeps a damaged segment to look at', async () => {
    const spool = await open()
    const reports = [testReport(), testReport(), testReport()]
    for (const report of reports) await spool.append(report)
    await close(spool)
    const [name = ''] = await segments()
    const path = join(folder, 'segments', name)
    const whole = await readFile(path)
    const [record] = reports.map((report) => encodeRecord(report).length)
    const recordLength = record ?? 0
    const end = 8 + 3 * recordLength
    const frames = [8, 8 + recordLength, 8 + 2 * recordLength]
    for (const cut of [end - 1, end - recordLength + 20, end - recordLength + 3, 8 + recordLength + 13, 8 + recordLength, 9, 8, 3, 0]) {
      await rm(join(folder, 'stuck'), { recursive: true })
      await writeFile(path, whole)
      await truncate(path, cut)
      const again = await open({ settleConcurrency: 1 })
      const expected = Math.max(0, Math.floor((cut - 8) / recordLength))
      expect([cut, again.stats().pending]).toEqual([cut, expected])
      const settled: string[] = []
      again.startSettling(async ({ id }) => void settled.push(id))
      await again.drained()
      await close(again)
      expect(settled).toEqual(reports.slice(0, expected).map(({ id }) => id))
      expect(await segments()).toEqual([])
      // A frame that is not whole looks like the end: nothing of it can have been acknowledged.
      const isTorn = frames.some((frame) => cut >= frame + 12 && cut < frame + recordLength)
      expect([cut, await readdir(join(folder, 'stuck'))]).toEqual([cut, isTorn ? ['segment-1.damaged'] : []])
    }
  })

  it('takes neither zeros nor a changed byte for a record', async () => {
    const spool = await open()
    const reports = [testReport(), testReport()]
    for (const report of reports) await spool.append(report)
    await close(spool)
    const [name = ''] = await segments()
    const path = join(folder, 'segments', name)
    const bytes = await readFile(path)
    const inSecond = 8 + encodeRecord(reports[0] ?? testReport()).length + 40
    bytes[inSecond] = (bytes[inSecond] ?? 0) ^ 1
    await writeFile(path, bytes)
    const again = await open()
    expect([again.stats().pending, again.stats().damagedSegments]).toEqual([1, 1])
    expect(await again.pending(reports[0]?.id ?? '')).toEqual(reports[0])
  })

  it('uses a segment file again, and takes none of its old records for new ones', async () => {
    const spool = await open({ segmentBytes: 8192 })
    let away: Promise<void> | undefined
    spool.startSettling(async () => away)
    for (const report of [testReport(), testReport(), testReport()]) await spool.append(report)
    await until(async () => (await readdir(join(folder, 'segments'))).join() === 'spare')
    const back = Promise.withResolvers<void>()
    away = back.promise
    const newer = testReport()
    await spool.append(newer)
    expect(await segments()).toEqual(['000000000002.segment'])

    const copy = await mkdtemp(join(tmpdir(), 'crashkeep-spool-copy-'))
    await cp(join(folder, 'segments'), join(copy, 'segments'), { recursive: true })
    const recovered = await Spool.open({ folder: copy })
    expect([recovered.stats().pending, recovered.stats().damagedSegments]).toEqual([1, 0])
    expect(await recovered.pending(newer.id)).toEqual(newer)
    await recovered.close()
    await rm(copy, { recursive: true })
    back.resolve()
  })

  it('removes a large file that no record names only when it is old', async () => {
    const spool = await open()
    const [named, orphan, young] = [testReport(), testReport(), testReport()]
    for (const report of [named, orphan, young]) {
      const file = await spool.createFile(report.id, 0)
      await file.write(Buffer.from('content'))
      const { path, size, sha256 } = await file.finish()
      if (report === named) {
        await spool.append(testReport({ id: named.id, files: [{ name: 'f', size, sha256, content: { kind: 'file', path } }] }))
      }
      if (report !== young) await utimes(path, 1000, 1000)
    }
    await close(spool)
    const again = await open()
    expect((await readdir(join(folder, 'files'))).sort()).toEqual([`${named.id}.0`, `${young.id}.0`].sort())
    again.startSettling(async () => undefined)
    await again.drained()
    await until(async () => !(await readdir(join(folder, 'files'))).includes(`${named.id}.0`))
  })

  it('refuses before the disk is full and says so beforehand', async () => {
    const spool = await open({ reserveBytes: Number.MAX_SAFE_INTEGER, reserveFraction: 1 })
    expect(await spool.canAccept()).toBe(false)
    await expect(spool.append(testReport())).rejects.toMatchObject({ code: 'storage_full', status: 503, retryAfter: 30 })
  })

  it('belongs to one process at a time', async () => {
    const spool = await open()
    await expect(Spool.open({ folder })).rejects.toMatchObject({ code: 'spool_in_use' })
    await close(spool)
    await close(await open())
  })

  it('finishes what is being appended when it closes, and refuses what comes later', async () => {
    const spool = await open()
    await spool.append(testReport())
    const reports = Array.from({ length: 20 }, () => testReport())
    const outcomes = Promise.allSettled(reports.map((report) => spool.append(report)))
    // As soon as they are queued, and before a sync can have returned.
    for (let tick = 0; tick < 10; tick += 1) await Promise.resolve()
    await close(spool)
    expect((await outcomes).map(({ status }) => status)).toEqual(reports.map(() => 'fulfilled'))
    await expect(spool.append(testReport())).rejects.toMatchObject({ code: 'shutting_down' })
    const again = await open()
    for (const { id } of reports) expect((await again.pending(id))?.id).toBe(id)
  })
})

describe('a process killed while it appends', () => {
  it('has lost no report that it acknowledged, in five kills', async () => {
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < 5; round += 1) {
      const appender = fileURLToPath(new URL(`./appender-for-tests${import.meta.url.slice(-3)}`, import.meta.url))
      const child = spawn(process.execPath, [appender, folder, '8'], { stdio: ['ignore', 'pipe', 'inherit'] })
      let seen = 0
      for await (const line of createInterface({ input: child.stdout })) {
        const [id = '', name = ''] = line.split(' ')
        acknowledged.set(id, name)
        seen += 1
        if (seen === 50 + round * 37) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
    }
    const spool = await open()
    const found = new Map<string, SpoolReport>()
    spool.startSettling(async (report) => {
      for (const file of report.submission.files) {
        const bytes = file.content.kind === 'bytes' ? file.content.bytes : await readFile(file.content.path)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256)
      }
      found.set(report.id, report)
    })
    await spool.drained()
    expect(spool.stats().settleFailures).toBe(0)
    expect(acknowledged.size).toBeGreaterThan(400)
    for (const [id, name] of acknowledged) expect(found.get(id)?.submission.fields.get('name')).toBe(name)
  })
})
