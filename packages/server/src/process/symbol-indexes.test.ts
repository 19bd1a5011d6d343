import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { indexPathBeside } from '@crashkeep/symbols/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GivenSymbols } from './given-symbols.ts'
import { ProcessPool } from './pool.ts'
import { SymbolIndexes } from './symbol-indexes.ts'

const debugId = '33221100554477668899AABBCCDDEEFF0'
const module = { debugFile: 'app', debugId }

let folder: string
let pool: ProcessPool
let indexes: SymbolIndexes
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crashkeep-indexes-'))
  pool = new ProcessPool({ size: 1, readable: [folder], workFolder: join(folder, 'work') })
  indexes = new SymbolIndexes(pool)
})
afterEach(async () => {
  await indexes.close()
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As long as `functions` says, with one function at `address`, which has four digits. */
function symbolFile(functions: number, address = '1200'): string {
  const others = Array.from(
    { length: functions },
    (_, index) => `FUNC ${(0x10000 + index * 16).toString(16)} 10 0 another_function_${index}`,
  )
  return [`MODULE Linux x86_64 ${debugId} app`, `FUNC ${address} 100 0 Widget::draw(int)`, ...others, ''].join('\n')
}

function functionAt(path: string, offset: number): string | undefined {
  const given = new GivenSymbols([module], [path])
  try {
    const found = given.find(module)
    return found.state === 'loaded' ? found.symbols.lookup(offset)?.function : undefined
  } finally {
    given.close()
  }
}

test('a large symbol file is read whole once, and by its index from then on', async () => {
  const path = join(folder, 'app')
  writeFileSync(path, symbolFile(40_000))
  utimesSync(path, 1, 1)
  expect(functionAt(path, 0x1234)).toBe('Widget::draw(int)')
  indexes.want([path])
  await indexes.drained()
  expect(statSync(indexPathBeside(path)).size).toBeGreaterThan(40_000)
  expect(functionAt(path, 0x1234)).toBe('Widget::draw(int)')
  expect(functionAt(path, 0x10008)).toBe('another_function_0')

  // Changed behind the index's back: only who reads the whole file sees it.
  writeFileSync(path, symbolFile(40_000, '2200'))
  utimesSync(path, 1, 1)
  expect(functionAt(path, 0x2234)).toBeUndefined()
  rmSync(indexPathBeside(path))
  expect(functionAt(path, 0x2234)).toBe('Widget::draw(int)')
})

test('small files, files that are gone and files that are none get no index, and nobody minds', async () => {
  const small = join(folder, 'small')
  writeFileSync(small, symbolFile(10))
  const other = join(folder, 'other')
  writeFileSync(other, Buffer.alloc(2 * 1024 * 1024))
  indexes.want([small, other, join(folder, 'gone')])
  await indexes.drained()
  for (const path of [small, other]) expect(statSync(indexPathBeside(path), { throwIfNoEntry: false })).toBeUndefined()
})
