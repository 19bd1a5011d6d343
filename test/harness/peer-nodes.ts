/** Other major versions of Node, installed once into the cache of the checkout at exact versions. */
import { join } from 'node:path'
import { installOnce, peersFolder } from './install-once.ts'

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
    path: join(peersFolder('nodes'), 'node_modules', name, 'bin/node'),
  })),
]

export async function installNodes(): Promise<void> {
  const dependencies = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, `npm:node-linux-${process.arch}@${version}`]),
  )
  await installOnce('nodes', dependencies)
}
