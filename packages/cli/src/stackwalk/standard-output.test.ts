import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const file = pathToFileURL(fileURLToPath(new URL('../../dist/stackwalk/standard-output.js', import.meta.url))).href

test('writes long texts whole, whatever characters stand where it parts them', () => {
  // Each character has two halves, and the one before the first shifts all of them.
  const program = `import { writeStandardOutput } from '${file}'\nwriteStandardOutput('x' + '\\u{1f600}'.repeat(3_000_000) + 'end')`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { maxBuffer: 64 * 1024 * 1024 })
  expect(status).toBe(0)
  expect(stdout.equals(Buffer.from(`x${'\u{1f600}'.repeat(3_000_000)}end`))).toBe(true)
})
