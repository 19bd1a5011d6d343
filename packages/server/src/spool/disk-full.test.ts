import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { testReport } from './report-for-tests.ts'
import { Spool } from './spool.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-full-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0
afterAll(() => {
  if (mounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!mounted)('a disk that becomes full (needs the right to mount a tmpfs)', () => {
  it('refuses what does not fit, has lost nothing of what it acknowledged, and goes on when there is room', async () => {
    // No reserve, so that writes themselves fail.
    let now = 1
    const limits = { reserveBytes: 0, segmentBytes: 1024 * 1024 }
    const spool = await Spool.open({ folder: join(folder, 'spool'), limits, clock: () => now })
    const ballast = join(folder, 'ballast')
    await writeFile(ballast, Buffer.alloc(1024 * 1024))
    const acknowledged: string[] = []
    const refused: unknown[] = []
    const appendMany = (count: number) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const report = testReport({ bytes: Buffer.alloc(50_000, 1) })
          await spool.append(report).then(
            () => acknowledged.push(report.id),
            (error: unknown) => refused.push(error),
          )
        }),
      )
    for (let round = 0; round < 10; round += 1) await appendMany(10)
    expect(acknowledged.length).toBeGreaterThan(20)
    expect(refused.length).toBeGreaterThan(20)
    for (const error of refused) expect(error).toMatchObject({ code: 'storage_full' })
    expect(await spool.canAccept()).toBe(false)

    const before = acknowledged.length
    await rm(ballast)
    // The last look is too old then.
    now += 60_000
    expect(await spool.canAccept()).toBe(true)
    await appendMany(5)
    expect(acknowledged.length).toBe(before + 5)
    await spool.close()

    const again = await Spool.open({ folder: join(folder, 'spool') })
    const settled: string[] = []
    again.startSettling(async ({ id }) => void settled.push(id))
    await again.drained()
    await again.close()
    expect(settled.sort()).toEqual(acknowledged.sort())
  })
})
