#!/usr/bin/env node
// The launcher runs on whatever Node the machine has: it is plain JavaScript that Node 18 understands. Where that Node is too old, it
// runs the command on the one that the optional dependency node-linux-… brought.

// Where Node can look its own modules up: an import of one loads all that it could export, which takes 3 ms of the start.
const builtin = (name) => process.getBuiltinModule?.(name) ?? import(name)
const { existsSync, statSync } = await builtin('node:fs')
const { dirname, join } = await builtin('node:path')
const { fileURLToPath } = await builtin('node:url')

const neededMajor = 24
const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..')
const parts = ['.', '../minidump', '../symbols', '../stackwalk', '../signature', '../server']
const main = join(packageFolder, 'dist', isBundleFresh() ? 'bundle.js' : 'main.js')

// `bundle.js` is the same program in few files. In a checkout tsc may have built newer code since; its own records tell when.
function isBundleFresh() {
  const made = timeOf('dist/bundle.js')
  return made > 0 && parts.every((name) => timeOf(`${name}/tsconfig.tsbuildinfo`) < made)
}

function timeOf(path) {
  return statSync(join(packageFolder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

async function pinnedNode() {
  try {
    const { createRequire } = await import('node:module')
    const manifest = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`)
    const path = join(dirname(manifest), 'bin/node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

if (Number(process.versions.node.split('.')[0]) >= neededMajor) {
  await import(main)
} else {
  const node = await pinnedNode()
  if (node === undefined) {
    process.stderr.write(
      `crashkeep needs Node ${neededMajor} or newer, this is ${process.version}, and none came packaged for ${process.platform} ${process.arch}.\n`,
    )
    process.exit(1)
  }
  // Loaded here alone: it takes 2 ms of the start.
  const { spawn } = await import('node:child_process')
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A Ctrl-C reaches the child from the terminal as well, and `serve` takes no notice of a second signal; a signal sent to this process
  // alone would not reach it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`crashkeep: ${node} did not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (status, signal) => process.exit(signal === null ? status : 1))
}
