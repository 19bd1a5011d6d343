import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, run } from './programs.ts'
import { root } from './server.ts'

const installTimeoutMs = 300_000

/** Where packages that only tests use lie: in the cache of the checkout, each set in a folder of its own. */
export function peersFolder(name: string): string {
  return join(root, 'node_modules/.cache/peers', name)
}

/** Installs them from the npm registry, without their scripts; once, until other ones or other versions are wanted. */
export async function installOnce(name: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  const folder = peersFolder(name)
  const wanted = JSON.stringify({ name, private: true, dependencies }, undefined, 2)
  const done = join(folder, 'installed.json')
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), wanted)
  const flags = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const [program, args] = await npmCommand(flags)
  await run(program, args, { cwd: folder, timeout: installTimeoutMs })
  writeFileSync(done, wanted)
}
