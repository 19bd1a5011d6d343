// What the npm scripts share: dependencies, the pinned Node, the build. Plain JavaScript for Node 18 and newer, because it runs on
// whatever Node the machine has, before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAddon, buildBundle } from '../packages/reporter/scripts/build-addon.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cache = join(root, 'node_modules/.cache/crashkeep')
const installTimeoutMs = 10 * 60_000
const buildTimeoutMs = 5 * 60_000

/** One sentence on standard error, exit status 1. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** Runs to the end with this terminal's output; true when it exited with 0. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment(), ...options })
  if (result.error) process.stderr.write(`${command} did not run: ${result.error.message}\n`)
  return result.status === 0
}

/** The environment of everything that the scripts start: the pinned Node and the project's tools come first. */
export function environment() {
  return { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter) }
}

/** `npm ci` when nothing was installed yet, or the lock file changed since. */
export function ensureDependencies() {
  const lock = join(root, 'package-lock.json')
  const marker = join(root, 'node_modules/.crashkeep-installed')
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  process.stderr.write('Installing dependencies (once)…\n')
  if (!npm(nodeForInstall(), ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    fail('npm ci failed: see its message above; it needs the npm registry and a Linux machine with x64 or arm64.')
  }
  writeFileSync(marker, wanted)
}

/**
 * The Node that runs `npm ci`. npm leaves out, without a word, every optional package whose `engines` the running Node does not meet, and
 * the native parts of the bundler are such packages. So on an old machine the pinned Node is fetched first, on its own.
 */
function nodeForInstall() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const name = `node-linux-${process.arch}`
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).optionalDependencies[name]
  if (version === undefined) return process.execPath
  const folder = join(root, '.cache/node')
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', '--save-exact', `${name}@${version}`]
  if (!npm(process.execPath, args) || !existsSync(path)) fail(`npm could not fetch ${name}@${version}: see its message above.`)
  return path
}

function npm(node, args) {
  const cli = process.env.npm_execpath
  const options = { timeout: installTimeoutMs }
  return cli ? run(node, [cli, ...args], options) : run('npm', args, options)
}

function isNewEnough(version) {
  return Number(version.split('.')[0]) >= 24
}

/** The Node that the lock file pins; the scripts' own tools run on it whatever the machine has. */
export function pinnedNode() {
  const path = join(root, `node_modules/node-linux-${process.arch}/bin/node`)
  if (existsSync(path)) return path
  if (isNewEnough(process.versions.node)) return process.execPath
  return fail(`Node 24 or newer is needed and none is packaged for ${process.platform} ${process.arch}: install it, then run this again.`)
}

/** Compiles the packages and the addon and bundles pages, command and reporter when a source is newer than the last build. */
export function ensureBuild() {
  const stamp = join(cache, 'built')
  const sources = fingerprintOfSources()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources && existsSync(join(root, 'packages/cli/dist/main.js'))) return
  process.stderr.write('Building…\n')
  // Without a compiler everything but native capture works.
  for (const problem of buildAddon()) process.stderr.write(`${problem}\n`)
  const node = pinnedNode()
  if (!run(node, ['node_modules/typescript/bin/tsc', '-b'], { timeout: buildTimeoutMs })) fail('The build failed: tsc has printed why.')
  const problem = buildBundle()
  if (problem !== undefined) fail(problem)
  for (const [name, what] of [
    ['web', 'pages'],
    ['server', 'server'],
    ['cli', 'command'],
  ]) {
    if (run(node, ['node_modules/vite/bin/vite.js', 'build', `packages/${name}`, '--logLevel', 'warn'], { timeout: buildTimeoutMs }))
      continue
    fail(`The build of the ${what} failed: vite has printed why.`)
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(stamp, sources)
}

/** Folders that hold no sources. */
const madeHere = new Set(['node_modules', 'dist', 'prebuilt'])

/** Size and time of every source file: cheap to take at each start, different after any edit. */
function fingerprintOfSources() {
  const hash = createHash('sha256')
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (madeHere.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else {
        const { size, mtimeMs } = statSync(path)
        hash.update(`${path} ${size} ${mtimeMs}\n`)
      }
    }
  }
  visit(join(root, 'packages'))
  for (const name of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

/**
 * Runs a program in the foreground until it ends by itself or by a signal, and ends with its status. A Ctrl-C reaches both processes from
 * the terminal; a signal sent to this one alone is passed on. The program ignores the second.
 */
export function runInForeground(command, args) {
  const child = spawn(command, args, { stdio: 'inherit', env: environment() })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${command} did not start: ${error.message}`))
  child.on('exit', (status, signal) => process.exit(signal ? 1 : (status ?? 1)))
}
