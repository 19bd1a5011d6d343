import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { deathCodes, unreadableCodes } from '../process/problem-codes.ts'
import { apiErrorCodes } from './api-error.ts'

const page = readFileSync(fileURLToPath(new URL('../../../../docs/reference/errors.md', import.meta.url)), 'utf8')
const section = (title: string) => page.split(/^## /m).find((text) => text.startsWith(title)) ?? ''
const codesOf = (text: string) => [...text.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code)

test('every code of the API stands in docs/reference/errors.md, and no other', () => {
  expect(codesOf(section('API')).sort()).toEqual([...apiErrorCodes].sort())
})

test('every problem of processing stands there', () => {
  expect(codesOf(section('Processing'))).toEqual(expect.arrayContaining([...deathCodes, ...unreadableCodes, 'processor_lost']))
})
