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
  lint: () => single('biome', biome(['check', '--error-on-warnings', '.'], lintTimeoutMs)),
  types: () => single('tsc', tsc(['-b'], typesTimeoutMs) && tsc(['-p', 'tsconfig.test.json'], typesTimeoutMs)),
  unit: () => runVitest('unit', 10 * 60_000),
  parts: () => runVitest('parts', 20 * 60_000),
  browser: () => runVitest('browser', 10 * 60_000),
  'end to end': () => runVitest('end-to-end', 45 * 60_000),
}
const single = (name, right) => ({ passed: right ? 1 : 0, failures: right ? [] : [name], skipped: 0 })

/** Runs the named steps one after the other, prints the closing line and ends the process with the right status. */
export function runSteps(names) {
  const total = { passed: 0, failures: [], skipped: 0 }
  for (const name of names) {
    const began = Date.now()
    console.log(`\n── ${name} ──`)
    const { passed, failures, skipped } = steps[name]()
    total.passed += passed
    total.skipped += skipped
    total.failures.push(...failures.map((failure) => `${name}: ${failure}`))
    const seconds = ((Date.now() - began) / 1000).toFixed(1)
    console.log(`── ${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped, ${seconds} s`)
  }
  // Again at the end: a log is often kept from there.
  if (total.failures.length > 0) console.log(`\nFailed:\n${total.failures.join('\n')}`)
  console.log(`\n${total.passed} passed, ${total.failures.length} failed, ${total.skipped} skipped`)
  process.exit(total.failures.length > 0 || total.passed === 0 ? 1 : 0)
}

function runVitest(project, timeoutMs) {
  const output = join(cache, `${project}.json`)
  mkdirSync(cache, { recursive: true })
  rmSync(output, { force: true })
  const ended = vitest(['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${output}`], timeoutMs)
  if (!existsSync(output)) return single('vitest wrote no results', false)
  const results = JSON.parse(readFileSync(output, 'utf8'))
  const counts = { passed: 0, failures: [], skipped: 0 }
  for (const file of results.testResults) {
    // A file that could not be loaded has no tests of its own but is a failure all the same.
    if (file.status === 'failed' && file.assertionResults.length === 0) counts.failures.push(failure(file.name, file.message))
    for (const test of file.assertionResults) countTest(counts, test, file.name)
  }
  if (!ended && counts.failures.length === 0) counts.failures.push('an error outside of any test, such as an unhandled rejection')
  return counts
}

function countTest(counts, test, file) {
  if (test.status === 'passed') counts.passed++
  else if (test.status === 'failed') counts.failures.push(failure(`${file} > ${test.fullName}`, test.failureMessages?.[0]))
  else {
    const allowed = allowedSkips.find((entry) => test.fullName.includes(entry.title))
    if (allowed) {
      counts.skipped++
      console.log(`left out: ${test.fullName}: ${allowed.reason}`)
    } else counts.failures.push(`${file} > ${test.fullName} was skipped without a reason in test/skipped.json`)
  }
}

const failure = (name, message) => `${name.replace(`${root}/`, '')}: ${String(message).split('\n', 1)[0]}`
