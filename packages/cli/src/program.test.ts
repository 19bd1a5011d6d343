import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from './program.ts'

const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function fullName(command: Command): string {
  return command.parent?.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}

const program = await createProgram()

test('has one command when its name is known, and all of them otherwise', async () => {
  const names = program.commands.map((command) => command.name())
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) expect((await createProgram(name)).commands.map((command) => command.name())).toEqual([name])
  expect((await createProgram('constructor')).commands).toHaveLength(names.length)
})

describe('docs/reference/cli.md', () => {
  const commands = leaves(program)

  test('names every command', () => {
    expect(commands.length).toBeGreaterThan(10)
    const missing = commands.map(fullName).filter((name) => !new RegExp(`(^## ${name}$|\`(crashkeep )?${name}\\b)`, 'm').test(page))
    expect(missing).toEqual([])
  })

  test('names every option with its value, and none that does not exist', () => {
    const options = commands.flatMap(({ options }) => options)
    const described = [...page.matchAll(/`((?:-[a-z], )?--[a-z][a-z-]*(?: [<[][^`]+[>\]])?)`/g)].map(([, flag = '']) => flag)
    const hidden = options.filter((option) => option.hidden).map(({ flags }) => flags.replace(/ .*/, ''))
    const visible = options.filter((option) => !option.hidden).map(({ flags }) => flags)
    expect([...new Set(visible)].filter((flags) => !described.includes(flags))).toEqual([])
    const known = new Set([...visible, ...visible.map((flags) => flags.replace(/ .*/, '')), ...hidden])
    expect(described.filter((flag) => !known.has(flag))).toEqual([])
  })
})
