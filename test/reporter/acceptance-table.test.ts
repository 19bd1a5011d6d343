/** The page that says which test holds which case of Electron's own tests. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../harness/server.ts'

const caseCount = 48
const page = readFileSync(join(root, 'docs/reference/crash-reporter.md'), 'utf8')
const rows = page
  .slice(page.indexOf('| case | test |'))
  .split('\n')
  .slice(2)
  .flatMap((line) => {
    const [, words, tests] = /^\| (.+?) \| (.+) \|$/.exec(line) ?? []
    return words === undefined || tests === undefined ? [] : [{ words, tests: tests.split('; ') }]
  })

test('the page about crashReporter has each of the 48 cases once', () => {
  const cases = rows.flatMap(({ words }) => numbersIn(/^[\d, –]+ /.exec(words)?.[0].trim() ?? ''))
  expect(cases).toEqual(Array.from({ length: caseCount }, (_, i) => i + 1))
})

test.each(rows)('$words: the tests that the page names exist', ({ tests }) => {
  for (const each of tests) {
    const [, file, title = ''] = /^`([a-z]+)`: (.+)$/.exec(each) ?? []
    const source = readFileSync(join(root, `test/reporter/${file}.test.ts`), 'utf8')
    expect(source, each).toMatch(titlePattern(title))
  }
})

/** `7–9` and `11, 12`. */
function numbersIn(text: string): number[] {
  return text.split(', ').flatMap((part) => {
    const [first, last = first] = part.split('–').map(Number)
    return first === undefined || last === undefined || part === '' ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/** As the first argument of a test, with `…` for what a row of its table fills in. */
function titlePattern(title: string): RegExp {
  const words = title.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`['"\`]${words.join('(?:%[sdi]|\\$\\w+)')}['"\`],\\s*(?:async )?\\(`)
}
