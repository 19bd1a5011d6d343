import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { companionFinder } from './dump-companions.ts'

test("what dwz shared is found in a distribution's package that was unpacked anywhere", () => {
  const root = mkdtempSync(join(tmpdir(), 'crashkeep-companions-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const debug = join(root, 'usr/lib/debug')
  for (const folder of ['.build-id/ab', '.dwz/x86_64-linux-gnu']) mkdirSync(join(debug, folder), { recursive: true })
  writeFileSync(join(debug, '.dwz/x86_64-linux-gnu/pack.debug'), 'shared')
  const finder = companionFinder(join(debug, '.build-id/ab/cdef.debug'), [])
  onTestFinished(() => finder.close())
  const wanted = { kind: 'dwz', buildId: '00' } as const
  // Where the package itself would put it.
  expect(finder.find({ ...wanted, name: '/usr/lib/debug/.dwz/x86_64-linux-gnu/pack.debug' })?.size).toBe(6)
  expect(finder.find({ ...wanted, name: '/usr/lib/debug/.dwz/x86_64-linux-gnu/other.debug' })).toBeUndefined()
})
