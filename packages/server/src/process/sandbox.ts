import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { codeFile, codeFolder } from '../code-file.ts'

/**
 * How a child is started, and what that holds:
 * - Node's permission model: it reads our own code, the blobs, the symbols and `tmp`; it writes one folder of its own; it starts no
 *   process, thread, native addon or debugger. Node calls this a seat belt, not a wall against code that already runs inside.
 * - An empty network namespace through `unshare`, where the machine lets us make one (root, or user namespaces). Elsewhere (most
 *   containers) only this holds: nothing that a child imports opens a connection, and Node 24's permission model cannot forbid it.
 * - An empty environment: no secret of the server's is in it.
 * - The kernel ends it when the server dies, through `setpriv`, where that exists. Without it a child that is busy ends after its own time
 *   budget, when it sees that nobody listens any more.
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
  const allowed = [...codeFolders(), ...options.readable, options.writable]
  const node = [
    '--permission',
    ...allowed.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${options.writable}`,
    `--max-old-space-size=${options.maxHeapMiB}`,
    '--disable-warning=ExperimentalWarning',
    '--disable-proto=throw',
    codeFile('process/child'),
  ]
  const wrappers = [networkNamespace(), endWithParent()]
  const [command = process.execPath, ...rest] = [...wrappers.flatMap((wrapper) => wrapper ?? []), process.execPath, ...node]
  return { command, arguments: rest, networkless: wrappers[0] !== undefined }
}

const packages = ['minidump', 'symbols', 'stackwalk', 'signature'] as const
/** What they import by name, in a `node_modules`. */
const dependencies = ['@crashkeep', '@jridgewell', 'fzstd', 'gecko-profiler-demangle', 'iced-x86'] as const

/** What Node reads while it loads the child's imports: the packages, and every `node_modules` above them where it looks for one. */
function codeFolders(): string[] {
  const require = createRequire(import.meta.url)
  const dists = [codeFolder, ...packages.map((name) => dirname(realpathSync(require.resolve(`@crashkeep/${name}`))))]
  return [
    ...dists,
    ...dists.map((dist) => join(dirname(dist), 'package.json')),
    ...new Set(dists.flatMap(ancestors).flatMap((folder) => dependencies.map((name) => join(folder, 'node_modules', name, '*')))),
  ]
}

function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [path, ...ancestors(parent)]
}

const tried = new Map<string, readonly string[] | undefined>()

function networkNamespace(): readonly string[] | undefined {
  return firstThatWorks('unshare', [['--net'], ['--user', '--map-current-user', '--net']])
}

function endWithParent(): readonly string[] | undefined {
  return firstThatWorks('setpriv', [['--pdeathsig', 'KILL']])
}

/** A program of util-linux with the flags that this machine allows, tried once. Both replace themselves with what they start. */
function firstThatWorks(program: string, candidates: readonly (readonly string[])[]): readonly string[] | undefined {
  if (!tried.has(program)) {
    const path = ['/usr/bin', '/bin'].map((folder) => join(folder, program)).find((candidate) => existsSync(candidate))
    const works = candidates.find(
      (flags) => path !== undefined && spawnSync(path, [...flags, '--', '/bin/true'], { timeout: 5000, stdio: 'ignore' }).status === 0,
    )
    tried.set(program, path === undefined || works === undefined ? undefined : [path, ...works, '--'])
  }
  return tried.get(program)
}
