// The steps of `npm run check` and `npm test`, and how their results are counted.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache, pinnedNode, root, run } from './workspace.mjs'

/** Tests that may be left out, each with its reason; anything else that is skipped fails the run. */
const allowedSkips = JSON.parse(readFileSync(join(root, 'test/skipped.json'), 'utf8'))
const lintTimeoutMs = 2 * 60_000
const typesTimeoutMs = 5 * 60_000

const tool = (path) => (args, timeout) => run(pinnedNode(), [join(root, 'node_modules', path), ...args], { timeout })
const biome = tool('@biomejs/biome/bin/biome')
const tsc = tool('typescript/bin/tsc')
const vitest = tool('vitest/vitest.mjs')

export const steps = {
  lint: () => ({ passed: 1, failed: 0, skipped: 0, ...(biome(['check', '--error-on-warnings', '.'], lintTimeoutMs) ? {} : failedOnce) }),
  types: () => {
    const right = tsc(['-b'], typesTimeoutMs) && tsc(['-p', 'tsconfig.test.json'], typesTimeoutMs)
    return { passed: 1, failed: 0, skipped: 0, ...(right ? {} : failedOnce) }
  },
  unit: () => runVitest('unit', 10 * 60_000),
  parts: () => runVitest('parts', 20 * 60_000),
  browser: () => runVitest('browser', 10 * 60_000),
  'end to end': () => runVitest('end-to-end', 45 * 60_000),
}
const failedOnce = { passed: 0, failed: 1 }

/** Runs the named steps one after the other, prints the closing line and ends the process with the right status. */
export function runSteps(names) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const name of names) {
    const began = Date.now()
    console.log(`\n── ${name} ──`)
    const result = steps[name]()
    for (const key of Object.keys(total)) total[key] += result[key]
    console.log(
      `── ${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${((Date.now() - began) / 1000).toFixed(1)} s`,
    )
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)
}

function runVitest(project, timeoutMs) {
  const output = join(cache, `${project}.json`)
  mkdirSync(cache, { recursive: true })
  rmSync(output, { force: true })
  const ended = vitest(['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${output}`], timeoutMs)
  if (!existsSync(output)) {
    console.error(`vitest wrote no results for ${project}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const results = JSON.parse(readFileSync(output, 'utf8'))
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of results.testResults) {
    // A file that could not be loaded has no tests of its own but is a failure all the same.
    if (file.status === 'failed' && file.assertionResults.length === 0) counts.failed++
    for (const test of file.assertionResults) countTest(counts, test, file.name)
  }
  // Errors outside of any test (an unhandled rejection) fail vitest itself.
  if (!ended && counts.failed === 0) counts.failed++
  return counts
}

function countTest(counts, test, file) {
  if (test.status === 'passed') counts.passed++
  else if (test.status === 'failed') counts.failed++
  else {
    const allowed = allowedSkips.find((entry) => test.fullName.includes(entry.title))
    if (allowed) {
      counts.skipped++
      console.log(`left out: ${test.fullName}: ${allowed.reason}`)
    } else {
      counts.failed++
      console.error(`skipped without a reason in test/skipped.json: ${test.fullName} (${file})`)
    }
  }
}
