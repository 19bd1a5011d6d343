import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import yauzl from 'yauzl'
import { CrashDatabase } from './crash-database.ts'

test('a report is exported as a zip that other programs read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-export-'))
  try {
    const database = new CrashDatabase(join(folder, 'database'))
    const dump = synthDump({ exception: { threadId: 1, code: 6 }, crashpad: { annotations: new Map([['prod', 'Electron']]) } })
    const id = database.add(dump, { createdAt: new Date('2026-01-02T03:04:06Z') })
    database.attach(id, 'app.log', 'words')
    const zip = join(folder, 'report.zip')
    database.export(id, zip)
    const files = await unzipped(readFileSync(zip))
    expect([...files.keys()]).toEqual([`${id}.dmp`, 'report.json', 'attachments/app.log'])
    expect(files.get(`${id}.dmp`)).toEqual(Buffer.from(dump))
    expect(files.get('attachments/app.log')?.toString()).toBe('words')
    expect(JSON.parse(files.get('report.json')?.toString() ?? '')).toMatchObject({
      id,
      reason: 'SIGABRT',
      state: 'pending',
      fields: { prod: 'Electron' },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** By a reader that is not ours, which checks sizes and sums. */
function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      zip.on('error', reject).on('end', () => resolve(files))
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, async (failure, stream) => {
          if (failure) return reject(failure)
          const chunks: Buffer[] = []
          for await (const chunk of stream) chunks.push(chunk)
          files.set(entry.fileName, Buffer.concat(chunks))
          zip.readEntry()
        })
      })
      zip.readEntry()
    })
  })
}
