/** What Electron's `app` is to its crashReporter: names, and the folders that may be moved before `start`. */
import { readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, isAbsolute } from 'node:path'
import { inside } from './inside.ts'

export type PathName = 'home' | 'appData' | 'userData' | 'temp' | 'crashDumps'

export interface App {
  /** Of the nearest package.json of the program that runs: `productName`, else `name`. */
  readonly name: string
  getName(): string
  getVersion(): string
  getPath(name: PathName): string
  /** Before `start`: `crashDumps` itself, or `userData` or `temp` that it lies in. */
  setPath(name: PathName, path: string): void
}

interface Identity {
  readonly name: string
  readonly version: string
}

/** A package.json further up than this belongs to nobody's program. */
const maxParents = 16
const maxPackageBytes = 1024 * 1024
const paths = new Map<PathName, string>()
let known: Identity | undefined

export const app: App = {
  get name() {
    return identity().name
  },
  getName: () => identity().name,
  getVersion: () => identity().version,
  getPath(name) {
    const path = paths.get(name) ?? defaultPath(name)
    if (path === undefined) throw new Error(`Failed to get '${String(name)}' path`)
    return path
  },
  setPath(name, path) {
    if (!isAbsolute(path)) throw new Error('Path must be absolute')
    if (defaultPath(name) === undefined) throw new Error('Failed to set path')
    paths.set(name, path)
  },
}

/** Up to Electron 8 reports lay in the folder for temporary files, under the product's name. A program that moves `temp` has that in mind. */
export function crashesFolder(productName: string): string {
  if (!paths.has('crashDumps') && !paths.has('userData') && paths.has('temp')) return crashesFolderBefore9(productName)
  return app.getPath('crashDumps')
}

export function crashesFolderBefore9(productName: string): string {
  return inside(app.getPath('temp'), `${productName.replace(/[/\\\0]/g, '_')} Crashes`)
}

function defaultPath(name: PathName): string | undefined {
  switch (name) {
    case 'home':
      return home()
    case 'temp':
      return tmpdir()
    case 'appData':
      return appData()
    case 'userData':
      return inside(app.getPath('appData'), identity().name.replace(/[\\\0]/g, '_'))
    case 'crashDumps':
      return process.env.BREAKPAD_DUMP_LOCATION || inside(app.getPath('userData'), 'Crashpad')
    default:
      return undefined
  }
}

function appData(): string {
  if (process.platform === 'darwin') return inside(home(), 'Library/Application Support')
  if (process.platform === 'win32') return process.env.APPDATA ?? inside(home(), 'AppData/Roaming')
  return process.env.XDG_CONFIG_HOME || inside(home(), '.config')
}

/** A user without an entry in passwd has none. */
function home(): string {
  try {
    return homedir()
  } catch {
    return tmpdir()
  }
}

function identity(): Identity {
  known ??= identityOf(process.argv[1])
  return known
}

/** Without a package.json the program is called after its file. */
export function identityOf(script: string | undefined): Identity {
  const start = script === undefined ? process.cwd() : dirname(script)
  let folder = start
  for (let i = 0; i < maxParents; i++) {
    const found = readPackage(inside(folder, 'package.json'))
    if (found !== undefined) return found
    if (dirname(folder) === folder) break
    folder = dirname(folder)
  }
  return { name: script === undefined ? 'node' : basename(script).replace(/\.[cm]?[jt]s$/, '') || 'node', version: '0.0.0' }
}

function readPackage(path: string): Identity | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const value: unknown = text.length > maxPackageBytes ? undefined : JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const field = (name: string): string | undefined => {
      const text: unknown = Reflect.get(value, name)
      return typeof text === 'string' && text !== '' ? text : undefined
    }
    const name = field('productName') ?? field('name')
    // One that only says `"type": "module"` names no program.
    return name === undefined ? undefined : { name, version: field('version') ?? '0.0.0' }
  } catch {
    return undefined
  }
}
