/** The server loses power again and again: what it acknowledged is there afterwards and processed, and nothing is there in halves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { canMount } from './harness/disks.ts'
import { powerRounds, runPowerRound } from './harness/power-rounds.ts'
import { compile } from './harness/programs.ts'
import { seededRandom } from './harness/random.ts'

/** Every instant, some of them at random: the streams once more each time. */
const stream = powerRounds.slice(-1)
const rounds = [...powerRounds, ...powerRounds, ...stream, ...stream]

describe.skipIf(!(await disksCanBeMade()))('a server whose power is cut (needs root and loop devices)', () => {
  const undo = undoAfterAll()

  test(`keeps all that it acknowledged and shows nothing in halves, ${rounds.length} times`, async () => {
    const folder = temporaryFolder(undo, 'power')
    const powercut = await compile('powercut.c', join(folder, 'powercut'))
    for (const [i, round] of rounds.entries()) {
      const seed = Date.now()
      await runPowerRound(round, { folder: join(folder, `round-${i}`), powercut, random: seededRandom(seed) }).catch((error: unknown) => {
        throw new Error(`Round ${i + 1} with seed ${seed}`, { cause: error })
      })
    }
  })
})

async function disksCanBeMade(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-mount-'))
  try {
    return await canMount(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
