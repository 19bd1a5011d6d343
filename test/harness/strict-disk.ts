/**
 * A machine whose disk keeps what POSIX promises and nothing else: bytes that were synced, and names whose folder was synced. Stricter than
 * any file system, and no root is needed: `strictdisk.c` notes at each sync what it made durable, and the data folder is built from the
 * notes. Databases are left out: SQLite's own syncs are not ours to test, and they lie beside the data folder.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'

const databases = ['ledger.db', 'index.db']
const noteKinds = ['files', 'folders', 'partial']

/** `library` is the compiled strictdisk.c. */
export async function strictMachine(folder: string, library: string): Promise<Machine> {
  const dataDir = join(folder, 'data')
  const shadow = join(folder, 'shadow')
  mkdirSync(dataDir, { recursive: true })
  mkdirSync(join(folder, 'databases'))
  for (const name of databases) symlinkSync(join(folder, 'databases', name), join(dataDir, name))
  noteAnew(dataDir, shadow)
  let cuts = 0
  return {
    name: 'on the strictest disk',
    dataDir,
    environment: { LD_PRELOAD: library, STRICT_DISK_ROOT: dataDir, STRICT_DISK_SHADOW: shadow },
    async flush(path) {
      noteTree(join(dataDir, path), shadow)
    },
    async knife(server) {
      return { cut: () => server.kill(), spare: async () => undefined }
    },
    async powerOn() {
      const key = keyOf(dataDir)
      renameSync(dataDir, `${dataDir}-before-cut-${cuts++}`)
      rebuild(key, shadow, dataDir)
      noteAnew(dataDir, shadow)
    },
    async remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function noteAnew(dataDir: string, shadow: string): void {
  rmSync(shadow, { recursive: true, force: true })
  for (const kind of noteKinds) mkdirSync(join(shadow, kind), { recursive: true })
  noteTree(dataDir, shadow)
}

/** The same notes as `strictdisk.c` makes, of everything below a folder. */
function noteTree(path: string, shadow: string): void {
  const lines = readdirSync(path, { withFileTypes: true }).map((entry) => {
    const child = join(path, entry.name)
    if (entry.isSymbolicLink()) return `l ${readlinkSync(child)} ${entry.name}\n`
    if (entry.isDirectory()) noteTree(child, shadow)
    else copyFileSync(child, join(shadow, 'files', keyOf(child)))
    return `${entry.isDirectory() ? 'd' : 'f'} ${keyOf(child)} ${entry.name}\n`
  })
  writeFileSync(join(shadow, 'folders', keyOf(path)), lines.join(''))
}

function keyOf(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true })
  return `${ino}-${birthtimeNs}`
}

/** What has a durable name and was never synced itself is empty. */
function rebuild(key: string, shadow: string, target: string): void {
  mkdirSync(target, { mode: 0o700 })
  const note = join(shadow, 'folders', key)
  const lines = existsSync(note) ? readFileSync(note, 'utf8').split('\n') : []
  for (const line of lines) {
    const [, kind, at = '', name = ''] = /^(\w) (.+) ([^ ]+)$/.exec(line) ?? []
    const path = join(target, name)
    if (kind === 'd') rebuild(at, shadow, path)
    if (kind === 'l') symlinkSync(at, path)
    if (kind !== 'f') continue
    const bytes = join(shadow, 'files', at)
    if (existsSync(bytes)) copyFileSync(bytes, path)
    else writeFileSync(path, '')
  }
}
