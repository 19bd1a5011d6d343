// Compiles the addon (one command for each CPU, half a second) and bundles what a process under the reporter loads. Plain JavaScript, because it runs
// before anything is built.
//   node packages/reporter/scripts/build-addon.mjs [--all]
// The addon needs no library: what it uses of libc and of Node is in every process that can load it, so one file serves glibc and musl.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(dirname(folder))
const compileTimeoutMs = 120_000
const bundleTimeoutMs = 120_000

const targets = [
  { arch: 'x64', compilers: process.arch === 'x64' ? ['cc', 'gcc', 'clang'] : ['x86_64-linux-gnu-gcc'], flags: [] },
  {
    arch: 'arm64',
    compilers: process.arch === 'arm64' ? ['cc', 'gcc', 'clang'] : ['aarch64-linux-gnu-gcc'],
    flags: ['-mno-outline-atomics'],
  },
]

const flags = [
  ...['-std=gnu11', '-O2', '-g', '-fPIC', '-fvisibility=hidden', '-fno-omit-frame-pointer', '-fno-stack-protector'],
  // No call into libc that the source does not show.
  ...['-fno-builtin', '-fno-tree-loop-distribute-patterns'],
  ...['-Wall', '-Wextra', '-Werror', '-shared', '-nostdlib', '-Wl,-z,now', '-Wl,-z,noexecstack', '-Wl,--build-id=sha1'],
]

/** Builds what is older than its sources. Returns sentences about what could not be built. */
export function buildAddon({ all = false } = {}) {
  const problems = []
  if (process.platform !== 'linux') return problems
  for (const target of targets) {
    if (!all && target.arch !== process.arch) continue
    const problem = buildFor(target)
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}

function buildFor({ arch, compilers, flags: special }) {
  const include = headers()
  if (include === undefined) return "Native capture was not built: Node's headers are not installed."
  const sources = readdirSync(join(folder, 'capture')).map((name) => join(folder, 'capture', name))
  const output = join(folder, `prebuilt/linux-${arch}/capture.node`)
  const newest = Math.max(...[...sources, fileURLToPath(import.meta.url)].map((path) => statSync(path).mtimeMs))
  if (existsSync(output) && statSync(output).mtimeMs >= newest) return undefined
  const compiler = compilers.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (compiler === undefined) return `Native capture for ${arch} was not built: there is no C compiler (${compilers.join(', ')}).`
  mkdirSync(dirname(output), { recursive: true })
  const files = sources.filter((path) => path.endsWith('.c'))
  const partial = `${output}.${process.pid}`
  const args = [...flags, ...special, `-I${include}`, '-o', partial, ...files]
  const result = spawnSync(compiler, args, { encoding: 'utf8', timeout: compileTimeoutMs })
  if (result.status !== 0) return `Native capture for ${arch} was not built: ${result.stderr || result.error?.message}`
  renameSync(partial, output)
  return undefined
}

/** Writes `dist/bundle.js` (see vite.config.ts) when it is older than its sources. Returns a sentence when that failed. */
export function buildBundle() {
  const output = join(folder, 'dist/bundle.js')
  const sources = readdirSync(join(folder, 'src'), { recursive: true }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const newest = Math.max(
    ...[...sources.map((name) => join('src', name)), 'vite.config.ts'].map((name) => statSync(join(folder, name)).mtimeMs),
  )
  if (existsSync(output) && statSync(output).mtimeMs >= newest) return undefined
  // Renamed into its place: a program that starts meanwhile finds a whole one.
  const draft = join(folder, `dist/bundle-${process.pid}`)
  const args = [join(root, 'node_modules/vite/bin/vite.js'), 'build', folder, '--outDir', draft, '--logLevel', 'warn']
  const result = spawnSync(nodeForTools(), args, { encoding: 'utf8', timeout: bundleTimeoutMs })
  if (result.status === 0) renameSync(join(draft, 'bundle.js'), output)
  rmSync(draft, { recursive: true, force: true })
  return result.status === 0 ? undefined : `The reporter was not bundled: ${result.stderr || result.error?.message}`
}

/** The pinned one: the machine's may be older than the bundler wants. */
function nodeForTools() {
  const pinned = join(root, `node_modules/node-linux-${process.arch}/bin/node`)
  return existsSync(pinned) ? pinned : process.execPath
}

function headers() {
  const paths = ['x64', 'arm64'].map((arch) => join(root, `node_modules/node-linux-${arch}/include/node`))
  return [...paths, join(dirname(dirname(process.execPath)), 'include/node')].find((path) => existsSync(join(path, 'node_api.h')))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = [...buildAddon({ all: process.argv.includes('--all') }), buildBundle()].filter((problem) => problem !== undefined)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}
