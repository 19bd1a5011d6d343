/** The server loses power again and again: what it acknowledged is there afterwards and processed, and nothing is there in halves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { canMount, ext4Machine } from './harness/disks.ts'
import type { MakeMachine } from './harness/machine.ts'
import { type PowerRound, powerRounds, runPowerRound } from './harness/power-rounds.ts'
import { compile } from './harness/programs.ts'
import { seededRandom } from './harness/random.ts'
import { strictMachine } from './harness/strict-disk.ts'

/** Each round starts two servers; four seconds on an idle machine. */
const timeout = 30 * 60_000
/** Over twenty: the quick ones, some of them at random instants, twice. */
const quickRounds = powerRounds.filter(({ slow }) => slow !== true)
const rounds = [...quickRounds, ...quickRounds]

const canMountDisks = await disksCanBeMade()

async function cutPower(each: readonly PowerRound[], folder: string, machine: MakeMachine): Promise<void> {
  for (const [i, round] of each.entries()) {
    const seed = i + 1
    await runPowerRound(round, { folder: join(folder, `round-${i}`), machine, random: seededRandom(seed) }).catch((error: unknown) => {
      throw new Error(`Round ${i + 1} with seed ${seed}`, { cause: error })
    })
  }
}

describe('a server whose power is cut', () => {
  const undo = undoAfterAll()

  test('keeps all that it acknowledged even on a disk that keeps nothing but what was synced, at every instant', { timeout }, async () => {
    const folder = temporaryFolder(undo, 'strict')
    const library = await compile('strictdisk.c', join(folder, 'strictdisk.so'), ['-shared', '-fPIC', '-O2'])
    await cutPower(powerRounds, folder, (path) => strictMachine(path, library))
  })

  test.skipIf(!canMountDisks)(
    `keeps all that it acknowledged and shows nothing in halves, ${rounds.length} times (needs root and loop devices)`,
    { timeout },
    async () => {
      const folder = temporaryFolder(undo, 'power')
      const powercut = await compile('powercut.c', join(folder, 'powercut'))
      await cutPower(rounds, folder, (path, apart) => ext4Machine(path, apart, powercut))
    },
  )
})

async function disksCanBeMade(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-mount-'))
  try {
    return await canMount(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
