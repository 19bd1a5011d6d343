/** Node.js older than the reporter wants, installed once into the cache of the checkout: 16 knows no --import, 20.9 requires no ECMAScript module. */
import { join } from 'node:path'
import { installOnce, peersFolder } from '../harness/install-once.ts'

const versions = { node16: '16.20.2', node20: '20.9.0' } as const

export const oldNodes: readonly string[] = Object.keys(versions).map((name) =>
  join(peersFolder('old-nodes'), 'node_modules', name, 'bin/node'),
)

export async function installOldNodes(): Promise<void> {
  const dependencies = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, `npm:node-linux-${process.arch}@${version}`]),
  )
  await installOnce('old-nodes', dependencies)
}
