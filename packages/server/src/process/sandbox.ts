import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * How a child is started, and what that holds:
 * - Node's permission model: it reads our own code, the blobs, the symbols and `tmp`; it writes one folder of its own; it starts no
 *   process, thread, native addon or debugger. Node calls this a seat belt, not a wall against code that already runs inside.
 * - An empty network namespace through `unshare`, where the machine lets us make one (root, or user namespaces). Elsewhere (most
 *   containers) only this holds: nothing that a child imports opens a connection, and Node 24's permission model cannot forbid it.
 * - An empty environment: no secret of the server's is in it.
 */
export interface Sandbox {
  readonly command: string
  readonly arguments: readonly string[]
  /** Whether a child has no network at all. */
  readonly networkless: boolean
}

export function sandbox(options: {
  readonly readable: readonly string[]
  readonly writable: string
  readonly maxHeapMiB: number
}): Sandbox {
  const here = fileURLToPath(import.meta.url)
  const entry = join(dirname(here), `child${extname(here)}`)
  const allowed = [...codeFolders(dirname(dirname(here))), ...options.readable, options.writable]
  const node = [
    '--permission',
    ...allowed.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${options.writable}`,
    `--max-old-space-size=${options.maxHeapMiB}`,
    '--disable-warning=ExperimentalWarning',
    '--disable-proto=throw',
    entry,
  ]
  const unshare = networkNamespace()
  return unshare === undefined
    ? { command: process.execPath, arguments: node, networkless: false }
    : { command: unshare[0], arguments: [...unshare.slice(1), '--', process.execPath, ...node], networkless: true }
}

const packages = ['minidump', 'symbols', 'stackwalk', 'signature'] as const

/** What Node reads while it loads the child's imports: the packages, and every `node_modules` above them where it looks for one. */
function codeFolders(own: string): string[] {
  const require = createRequire(import.meta.url)
  const dists = [own, ...packages.map((name) => dirname(realpathSync(require.resolve(`@crashkeep/${name}`))))]
  return [
    ...dists,
    ...dists.map((dist) => join(dirname(dist), 'package.json')),
    ...new Set(dists.flatMap(ancestors).map((folder) => join(folder, 'node_modules', '@crashkeep', '*'))),
  ]
}

function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [path, ...ancestors(parent)]
}

let probed: readonly [string, ...string[]] | undefined | null = null

/** The `unshare` command that works here, tried once. */
function networkNamespace(): readonly [string, ...string[]] | undefined {
  if (probed !== null) return probed
  probed = undefined
  const path = ['/usr/bin/unshare', '/bin/unshare'].find((candidate) => existsSync(candidate))
  if (path === undefined) return undefined
  const candidates: readonly (readonly [string, ...string[]])[] = [
    [path, '--net'],
    [path, '--user', '--map-current-user', '--net'],
  ]
  probed = candidates.find(
    ([command, ...flags]) => spawnSync(command, [...flags, '--', '/bin/true'], { timeout: 5000, stdio: 'ignore' }).status === 0,
  )
  return probed
}
