import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { crashkeep, temporaryFolder } from '../../testing/command.ts'
import { writeDump, writeSymbols } from '../../testing/sample-crash.ts'

/** Files of less than a MiB have no index. */
const largeBytes = 1024 * 1024

const folder = temporaryFolder()
const dump = writeDump(join(folder.path, 'app.dmp'))
const symbols = writeSymbols(join(folder.path, 'symbols'))
appendFileSync(symbols, `INFO PADDING ${'x'.repeat(200)}\n`.repeat(Math.ceil(largeBytes / 200)))
const walk = async (...words: string[]) => {
  const { stdout } = await crashkeep(['stackwalk', '--json', ...words, dump, join(folder.path, 'symbols')])
  return JSON.parse(stdout).threads[0].frames[0].function
}
const indexesIn = (path: string) => (existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.index')) : [])

afterAll(() => folder.remove())

test('indexes of large symbol files go into the folder of --symbols-cache, and beside the files without it', async () => {
  const cache = join(folder.path, 'cache')
  expect(await walk('--symbols-cache', cache)).toBe('Widget::draw(int)')
  expect([indexesIn(join(symbols, '..')), indexesIn(join(cache, '.crashkeep-indexes')).length]).toEqual([[], 1])
  expect(await walk('--symbols-cache', cache)).toBe('Widget::draw(int)')
  expect(await walk()).toBe('Widget::draw(int)')
  expect(indexesIn(join(symbols, '..'))).toEqual(['app.sym.index'])
})

test('a cache that cannot be made costs time only', async () => {
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  expect(await walk('--symbols-cache', join(file, 'cache'))).toBe('Widget::draw(int)')
})
