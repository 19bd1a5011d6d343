import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { FreeSpace } from './free-space.ts'
import { spoolLimits } from './limits.ts'

async function levels(lowOf: (free: number) => number, reserveOf: (free: number) => number) {
  const { bavail, bsize } = await statfs(tmpdir())
  const free = bavail * bsize
  const changes: string[] = []
  const limits = { ...spoolLimits, lowBytes: lowOf(free), lowFraction: 1, reserveBytes: reserveOf(free), reserveFraction: 1 }
  const space = new FreeSpace(
    tmpdir(),
    limits,
    () => 0,
    ({ level }) => changes.push(level),
  )
  return { level: (await space.state()).level, enough: await space.enough(), changes }
}

it('says that the disk is low before it refuses', async () => {
  const none = () => 0
  expect(await levels(none, none)).toEqual({ level: 'enough', enough: true, changes: [] })
  expect(await levels((free) => free * 2, none)).toEqual({ level: 'low', enough: true, changes: ['low'] })
  expect(
    await levels(
      (free) => free * 2,
      (free) => free * 2,
    ),
  ).toEqual({ level: 'full', enough: false, changes: ['full'] })
})
