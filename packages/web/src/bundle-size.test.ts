import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, it } from 'vitest'

/** The limit that the pages promise, over all scripts together. */
const maxGzippedBytes = 80_000

it('all scripts of the pages stay under 80 kB gzipped, and the page holds nothing inline', { timeout: 180_000 }, async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'crashkeep-web-'))
  try {
    await build({ root: join(import.meta.dirname, '..'), logLevel: 'error', build: { outDir, emptyOutDir: true } })
    const scripts = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))
    const gzipped = scripts
      .map((name) => gzipSync(readFileSync(join(outDir, name)), { level: 9 }).length)
      .reduce((sum, size) => sum + size, 0)
    expect(scripts.length).toBeGreaterThan(1)
    expect(gzipped).toBeLessThan(maxGzippedBytes)
    const page = readFileSync(join(outDir, 'index.html'), 'utf8')
    expect(page.match(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:/g)).toBeNull()
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
})
