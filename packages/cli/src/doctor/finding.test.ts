import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findingCodes } from './finding.ts'

test('docs/reference/doctor.md explains every finding and no other', () => {
  const page = readFileSync(new URL('../../../../docs/reference/doctor.md', import.meta.url), 'utf8')
  const explained = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)
  expect(explained.sort()).toEqual([...findingCodes].sort())
})
