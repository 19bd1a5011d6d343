/** Other major versions of Node, installed once into the cache of the checkout at exact versions. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, run } from './programs.ts'
import { root } from './server.ts'

const folder = join(root, 'node_modules/.cache/peers/nodes')
const installTimeoutMs = 300_000
/** The last of each line that the registry has; Node 24 is the pinned one that runs the tests. */
const versions = { node20: '20.20.2', node22: '22.23.3', node26: '26.10.0' } as const

export interface PeerNode {
  readonly name: string
  readonly path: string
}

/** The pinned Node and the others. */
export const nodes: readonly PeerNode[] = [
  { name: 'Node 24', path: process.execPath },
  ...Object.entries(versions).map(([name, version]) => ({
    name: `Node ${version.split('.')[0]}`,
    path: join(folder, 'node_modules', name, 'bin/node'),
  })),
]

export async function installNodes(): Promise<void> {
  const dependencies = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, `npm:node-linux-${process.arch}@${version}`]),
  )
  const wanted = JSON.stringify({ name: 'peer-nodes', private: true, dependencies }, undefined, 2)
  const done = join(folder, 'installed.json')
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), wanted)
  const flags = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const [program, args] = await npmCommand(flags)
  await run(program, args, { cwd: folder, timeout: installTimeoutMs })
  writeFileSync(done, wanted)
}
