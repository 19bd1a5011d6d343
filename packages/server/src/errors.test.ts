import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { serverErrors } from './errors.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/errors.md'), 'utf8')
const section = page.split(/^## /m).find((text) => text.startsWith('Collecting')) ?? ''
const [refusals = ''] = section.split('Problems kept')

it('documents every code of collecting in docs/reference/errors.md, and no other', () => {
  const documented = [...refusals.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code)
  expect(documented.sort()).toEqual(Object.keys(serverErrors).sort())
})

it('documents the status of each, which is 204 where only browsers can meet it', () => {
  const documented = [...refusals.matchAll(/^\| `([a-z_]+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const browsersOnly = new Set(['bad_json', 'too_many_reports', 'not_a_crash'])
  const expected = Object.entries(serverErrors).filter(([code]) => code !== 'spool_in_use')
  expect(Object.fromEntries(documented)).toEqual(
    Object.fromEntries(expected.map(([code, { status }]) => [code, browsersOnly.has(code) ? 204 : status])),
  )
})
