/** Node.js older than the reporter wants, installed once into the cache of the checkout: 16 knows no --import, 20.9 requires no ECMAScript module. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'

const folder = join(root, 'node_modules/.cache/peers/old-nodes')
const installTimeoutMs = 300_000
const versions = { node16: '16.20.2', node20: '20.9.0' } as const

export const oldNodes: readonly string[] = Object.keys(versions).map((name) => join(folder, 'node_modules', name, 'bin/node'))

export async function installOldNodes(): Promise<void> {
  if (oldNodes.every((path) => existsSync(path))) return
  const dependencies = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, `npm:node-linux-${process.arch}@${version}`]),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'old-nodes', private: true, dependencies }))
  const [program, args] = await npmCommand([
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  await run(program, args, { cwd: folder, timeout: installTimeoutMs })
}
