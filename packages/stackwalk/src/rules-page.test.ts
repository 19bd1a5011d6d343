import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = import.meta.dirname
const page = readFileSync(join(source, '../../../docs/reference/stackwalking.md'), 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, rule = '', files = '', tests = ''] = line.split('|').map((cell) => cell.trim())
  return files.startsWith('`')
    ? [{ rule, files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file), tests: tests.split('; ') }]
    : []
})

test('docs/reference/stackwalking.md names files that exist', () => {
  expect(rows.length).toBeGreaterThan(25)
  expect(rows.flatMap(({ files }) => files).filter((file) => !existsSync(join(source, file)))).toEqual([])
})

test('and tests that exist, by the first words of their titles', () => {
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'))
  const all = texts.map((file) => readFileSync(join(source, file), 'utf8')).join('\n')
  const missing = rows.flatMap(({ tests }) => tests).filter((title) => !texts.includes(title) && !all.includes(title.replace(/ ?…$/, '')))
  expect(missing).toEqual([])
})
