#!/usr/bin/env node
// The launcher runs on whatever Node the machine has: it is plain JavaScript that Node 18 understands. Where that Node is too old, it
// runs the command on the one that the optional dependency node-linux-… brought.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const neededMajor = 24
const main = join(dirname(fileURLToPath(import.meta.url)), '../dist/main.js')

function pinnedNode() {
  try {
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
  const node = pinnedNode()
  if (node === undefined) {
    process.stderr.write(
      `crashkeep needs Node ${neededMajor} or newer, this is ${process.version}, and none came packaged for ${process.platform} ${process.arch}.\n`,
    )
    process.exit(1)
  }
  // A Ctrl-C reaches the child from the terminal; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
  const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(signal ? 1 : (status ?? 1))
}
