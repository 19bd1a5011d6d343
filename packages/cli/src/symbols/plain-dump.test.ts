import { Command } from 'commander'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSymbolsDump } from '../commands/symbols-dump.ts'
import { type DumpCall, plainDump } from './plain-dump.ts'

/** What the whole parser makes of the same words; undefined when it refuses them. */
async function parsed(words: readonly string[]): Promise<unknown> {
  const program = new Command().exitOverride()
  addSymbolsDump(program.command('symbols'))
  let call: DumpCall | undefined
  for (const command of program.commands.flatMap((child) => [child, ...child.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    if (command.name() === 'dump')
      command.action((paths, options) => {
        call = { paths, options }
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
  ['app'],
  ['-o', 'app.sym', 'app'],
  ['app', '--no-inlines', 'app.debug', '--output', 'app.sym'],
  ['--inlines', '--no-inlines', '--store', 'folder', 'app', ''],
])('reads %j as the whole parser does', async (...words) => {
  const call = plainDump(['symbols', 'dump', ...words])
  expect(call).toBeDefined()
  expect(call).toEqual(await parsed(['symbols', 'dump', ...words]))
})

test('leaves other commands and wrong calls to the whole parser', () => {
  for (const words of [
    [],
    ['dump', 'app'],
    ['symbols'],
    ['symbols', 'upload', 'app'],
    ['symbols', 'dump'],
    ['symbols', 'dump', '-o', 'app'],
  ])
    expect(plainDump(words)).toBeUndefined()
  for (const flag of ['--frob', '-o', '-oapp.sym', '--json', '-']) expect(plainDump(['symbols', 'dump', 'app', flag])).toBeUndefined()
})

test('never reads words differently from the whole parser', async () => {
  const words = ['-o', '--output', '--output=a', '-s', '--store', '--inlines', '--no-inlines', '-j', '--json', '--', '-', 'a', 'b', '']
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 6 }), async (some) => {
      const call = plainDump(['symbols', 'dump', ...some])
      if (call !== undefined) expect(call).toEqual(await parsed(['symbols', 'dump', ...some]))
    }),
  )
})
