/** A process that appends for as long as it lives and prints each id after its acknowledgement; killed by `spool.test.ts`. */

import { testReport } from './report-for-tests.ts'
import { Spool } from './spool.ts'

const [folder, lanes] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: appender FOLDER LANES')
const spool = await Spool.open({ folder, limits: { segmentBytes: 200_000 } })

async function appendForEver(lane: number): Promise<never> {
  for (let number = 0; ; number += 1) {
    if (number % 10 === 3) await appendLarge(`${lane}-${number}`)
    else await appendSmall(`${lane}-${number}`)
  }
}

async function appendSmall(name: string): Promise<void> {
  const report = testReport({ fields: [['name', name]], bytes: Buffer.alloc(3000, name) })
  await spool.append(report)
  process.stdout.write(`${report.id} ${name}\n`)
}

async function appendLarge(name: string): Promise<void> {
  const report = testReport()
  const file = await spool.createFile(report.id, 0)
  for (let i = 0; i < 10; i += 1) await file.write(Buffer.alloc(10_000, name))
  const { path, size, sha256 } = await file.finish()
  const files = [{ name: 'large', size, sha256, content: { kind: 'file' as const, path } }]
  await spool.append(testReport({ id: report.id, fields: [['name', name]], files }))
  process.stdout.write(`${report.id} ${name}\n`)
}

await Promise.all(Array.from({ length: Number(lanes ?? 1) }, (_, lane) => appendForEver(lane)))
