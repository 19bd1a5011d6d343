import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { launcherFile, temporaryFolder } from '../testing/command.ts'

const folder = temporaryFolder()
const command = join(folder.path, 'packages/cli')
const bundled = ['cli', 'minidump', 'symbols', 'stackwalk', 'signature']

afterAll(() => folder.remove())

/** A file in a package, last changed at this second. */
function put(path: string, second: number, text = ''): void {
  const file = join(folder.path, 'packages', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, second, second)
}

/** Which of the two programs the launcher starts. */
function started(): string {
  return spawnSync(process.execPath, [join(command, 'bin/crashkeep.mjs')], { encoding: 'utf8' }).stdout
}

put('cli/dist/main.js', 50, 'process.stdout.write("main")')
put('cli/package.json', 50, '{ "type": "module" }')
mkdirSync(join(command, 'bin'))
copyFileSync(launcherFile, join(command, 'bin/crashkeep.mjs'))

test('without a bundle the launcher starts what tsc wrote', () => {
  expect(started()).toBe('main')
})

test('in an installed package, where nothing tells of later builds, it starts the bundle', () => {
  put('cli/dist/bundle.js', 100, 'process.stdout.write("bundle")')
  expect(started()).toBe('bundle')
})

test('in a checkout it starts the bundle only while none of the packages in it was built since', () => {
  for (const name of bundled) put(`${name}/tsconfig.tsbuildinfo`, 90)
  expect(started()).toBe('bundle')
  for (const name of bundled) {
    put(`${name}/tsconfig.tsbuildinfo`, 110)
    expect([name, started()]).toEqual([name, 'main'])
    rmSync(join(folder.path, 'packages', name, 'tsconfig.tsbuildinfo'))
  }
})
