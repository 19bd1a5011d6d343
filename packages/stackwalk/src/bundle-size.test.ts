import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** What the three packages may weigh in a page, gzipped, without the decoder. */
const maxGzippedBytes = 120_000

const packages = ['minidump', 'symbols', 'stackwalk']

test('everything that the three packages export stays under 120 kB gzipped, without the decoder and without Node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-bundle-'))
  try {
    const entry = join(folder, 'entry.js')
    const index = (name: string) => JSON.stringify(join(import.meta.dirname, '../..', name, 'dist/index.js'))
    writeFileSync(entry, packages.map((name) => `export * as ${name} from ${index(name)}\n`).join(''))
    const result = await build({
      configFile: false,
      logLevel: 'error',
      root: folder,
      build: { write: false, lib: { entry, formats: ['es'], fileName: 'bundle' } },
    })
    const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []))
    const chunks = outputs.flatMap((output) => (output.type === 'chunk' ? [output] : []))
    const modules = chunks.flatMap((chunk) => chunk.moduleIds)
    expect(modules.some((id) => id.includes('stackwalk/dist'))).toBe(true)
    expect(modules.filter((id) => id.includes('iced') || id.includes('/node/'))).toEqual([])
    expect(chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports])).toEqual([])
    expect(gzipSync(chunks.map((chunk) => chunk.code).join('\n'), { level: 9 }).length).toBeLessThan(maxGzippedBytes)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
