/**
 * Run by the build with the folder of the bundle: walks a few dumps, so that V8 compiles what walks need, and writes the compiled form down. A failure
 * costs only time at each start.
 */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeDump, writeSymbols } from '../testing/sample-crash.ts'

const [dist = ''] = process.argv.slice(2)
const load = (name: string) => import(pathToFileURL(join(dist, name)).href)
const { compiledScript, compiledPath } = await load('bundle-walk.js')
const { runStackwalk } = await load('bundle-run-stackwalk.js')

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-compile-'))
try {
  const dump = writeDump(join(folder, 'app.dmp'))
  const symbols = join(folder, 'symbols')
  // Of a size that gets an index.
  appendFileSync(writeSymbols(symbols), `INFO PADDING ${'x'.repeat(1000)}\n`.repeat(1100))
  const options = { verbose: 'off', features: 'stable-basic', symbolsDownloadTimeoutSecs: 1, interactive: false, color: false }
  const outputFile = join(folder, 'out')
  for (const form of [{ json: true }, { json: true }, {}, { machine: true }])
    await runStackwalk(dump, [symbols], { ...options, ...form, outputFile })
  writeFileSync(`${compiledPath}.tmp`, compiledScript.createCachedData())
  renameSync(`${compiledPath}.tmp`, compiledPath)
} finally {
  rmSync(folder, { recursive: true })
}
