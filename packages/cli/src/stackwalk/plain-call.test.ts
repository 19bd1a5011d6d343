import { Command } from 'commander'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addStackwalk } from '../commands/stackwalk.ts'
import { plainCall, type StackwalkCall } from './plain-call.ts'

/** What the whole parser makes of the same words; undefined when it refuses them. */
async function parsed(words: readonly string[]): Promise<unknown> {
  const program = new Command().exitOverride()
  addStackwalk(program)
  let call: StackwalkCall | undefined
  for (const command of program.commands) {
    command
      .exitOverride()
      .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
      .action((dump, symbols, options) => {
        call = { dump, symbols, options }
      })
  }
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch {
    return undefined
  }
  return call
}

test.each([
  ['app.dmp'],
  ['--json', 'app.dmp', 'symbols'],
  ['app.dmp', 'symbols', 'more', '-m'],
  ['--json', '--json', '--pretty', '--brief', 'app.dmp'],
  ['--human', '--symbols-path', 'a', '--symbols-path', 'b', 'app.dmp', ''],
])('reads %j as the whole parser does', async (...words) => {
  const call = plainCall(['stackwalk', ...words])
  expect(call).toBeDefined()
  expect(call).toEqual(await parsed(['stackwalk', ...words]))
})

test('leaves other commands and wrong calls to the whole parser', () => {
  for (const words of [
    [],
    ['dump', 'app.dmp'],
    ['stackwalk'],
    ['stackwalk', '--frob', 'app.dmp'],
    ['stackwalk', '--json', '-m', 'app.dmp'],
  ])
    expect(plainCall(words)).toBeUndefined()
})

test('never reads words differently from the whole parser', async () => {
  const flags = [
    '--json',
    '--human',
    '-m',
    '--machine',
    '--brief',
    '--pretty',
    '--symbols-path',
    '--symbols-path=a',
    '--output-file',
    '--dump',
  ]
  const odd = ['-', '--', '', 'a.dmp', 'folder', '--js', '-mm', '--no-color', '--help', 'stackwalk', '--symbols-cache', '--cyborg']
  const words = fc.array(fc.constantFrom(...flags, ...odd, 'a.dmp', '--json'), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(words, async (some) => {
      const call = plainCall(['stackwalk', ...some])
      if (call !== undefined) expect(call).toEqual(await parsed(['stackwalk', ...some]))
    }),
    { numRuns: 1000 },
  )
})
