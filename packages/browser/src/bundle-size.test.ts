import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** What issue and README promise, of everything that a page can import from the package together. */
const maxGzippedBytes = 5000

async function bundle(source: string): Promise<string> {
  const entry = 'virtual:entry'
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? source.replaceAll('@crashkeep/browser', join(import.meta.dirname, 'index.ts')) : null),
      },
    ],
    build: { write: false, minify: true, target: 'es2022', rollupOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []))
  const chunks = outputs.flatMap((output) => (output.type === 'chunk' ? [output.code] : []))
  expect(chunks).toHaveLength(1)
  return chunks.join('')
}

const gzipped = (code: string) => gzipSync(code, { level: 9 }).length

test('everything a page can import stays under 5 kB gzipped', { timeout: 180_000 }, async () => {
  const whole = await bundle(`export * from '@crashkeep/browser'`)
  expect(whole).toContain('crashkeep:page:')
  expect(gzipped(whole)).toBeLessThan(maxGzippedBytes)
})

test('a page that imports one piece gets no other', { timeout: 180_000 }, async () => {
  const piece = await bundle(`export { crashContext } from '@crashkeep/browser'`)
  expect(piece).not.toContain('crashkeep:page:')
  expect(piece).not.toContain('Illegal constructor')
  expect(gzipped(piece)).toBeLessThan(2000)
})
