import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { storeErrorCodes } from './errors.ts'

it('documents every code of the store, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8')
  const section = /^## Store$([\s\S]*?)^Problem /m.exec(page)?.[1] ?? ''
  const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(documented.sort()).toEqual([...storeErrorCodes].sort())
})
